using Microsoft.Extensions.Time.Testing;
using Steno.Processes;

namespace Steno.Tests.Processes;

public sealed class DaemonLogTests
{
    [Fact]
    public void A_log_within_bounds_is_left_alone()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("steno.log", "short");
        var time = new FakeTimeProvider();
        using var log = new DaemonLog(path, time);

        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("short", File.ReadAllText(path));
        Assert.False(File.Exists(path + ".1"));
    }
}
