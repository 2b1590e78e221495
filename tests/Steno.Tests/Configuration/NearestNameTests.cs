using Steno.Configuration;

namespace Steno.Tests.Configuration;

public sealed class NearestNameTests
{
    private static readonly string[] Verbs = ["start", "stop", "status", "broker", "record", "recent", "tail", "show"];

    [Theory]
    [InlineData("stat", "start")]
    [InlineData("statsu", "status")]
    [InlineData("strat", "start")]
    [InlineData("Tial", "tail")]
    [InlineData("recrd", "record")]
    [InlineData("rec", "record")]
    [InlineData("frobnicate", null)]
    [InlineData("", null)]
    public void A_slip_of_the_fingers_is_understood(string typed, string? meant) =>
        Assert.Equal(meant, NearestName.To(typed, Verbs));
}
