using Steno.Configuration;

namespace Steno.Tests.Configuration;

public sealed class TimeTextTests
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(24);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("300", 300)]
    [InlineData("300s", 300)]
    [InlineData(" 5 m ", 300)]
    [InlineData("24h", 86400)]
    [InlineData("1H", 3600)]
    public void Seconds_minutes_and_hours_are_read(string text, int seconds)
    {
        Assert.True(TimeText.TryParse(text, Most, out TimeSpan span));
        Assert.Equal(TimeSpan.FromSeconds(seconds), span);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("1.5m")]
    [InlineData("5 min")]
    [InlineData("25h")]
    [InlineData("86401")]
    [InlineData("99999999999999999999h")]
    [InlineData("9223372036854775807h")]
    public void Anything_else_and_anything_longer_is_refused(string text) =>
        Assert.False(TimeText.TryParse(text, Most, out _));

    [Fact]
    public void A_wrong_interval_is_refused_with_what_is_allowed()
    {
        var options = new Dictionary<SettingKey, IReadOnlyList<string>> { [SettingKey.CheckpointInterval] = ["soon"] };
        SettingException refused = Assert.Throws<SettingException>(
            () => SettingsReader.Read(options, new Dictionary<string, string>(), Path.GetTempPath()));
        Assert.Contains("checkpoint_interval: \"soon\" (from option --checkpoint-every)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("or 0 for none", refused.Message, StringComparison.Ordinal);
    }
}
