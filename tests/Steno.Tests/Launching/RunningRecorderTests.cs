using Steno.Configuration;
using Steno.Launching;

namespace Steno.Tests.Launching;

/// <summary>What a repeated <c>start</c> asks for, and the recorder that runs has not.</summary>
public sealed class RunningRecorderTests
{
    [Fact]
    public void A_setting_that_was_asked_for_and_differs_is_named_and_one_that_was_not_is_not()
    {
        IReadOnlyList<string> told = DaemonArguments.Recorder(Settings((SettingKey.RotateAt, "2MiB"), (SettingKey.QueueBudget, "64MiB")), "log");

        Assert.Empty(RunningRecorder.Others(told, Settings()));
        Assert.Empty(RunningRecorder.Others(told, Settings((SettingKey.RotateAt, "2048KiB"))));
        Assert.Equal((SettingKey.RotateAt, "2097152"), Assert.Single(RunningRecorder.Others(told, Settings((SettingKey.RotateAt, "3MiB")))));
        Assert.Empty(RunningRecorder.Others(["record", "--rotate-at", "1"], Settings((SettingKey.RotateAt, "3MiB")))); // in the foreground
    }

    private static StenoSettings Settings(params (SettingKey Key, string Value)[] given) => SettingsReader.Read(
        given.ToDictionary(one => one.Key, one => (IReadOnlyList<string>)[one.Value]), new Dictionary<string, string>(), Path.GetTempPath());
}
