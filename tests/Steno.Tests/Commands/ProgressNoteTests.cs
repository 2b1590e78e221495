using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steno.Commands;
using Steno.Control;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Tests.Commands;

/// <summary>What is said while the recorder is at what it was asked for.</summary>
public sealed class ProgressNoteTests
{
    [Theory]
    [InlineData(false, "Waiting for the recorder, which does not record: Only 1 MiB is free.\n")]
    [InlineData(true, "")]
    public async Task Of_a_recorder_that_waits_itself_it_is_said_once_what_for(bool isRecording, string expected)
    {
        using TemporaryDirectory logs = new();
        LiveFeed feed = new();
        int asked = 0;
        await using ControlServer recorder = new(
            ControlSocket.Bind(ControlSocket.PathFor(logs.Path)), LiveFeed.ReadersMax * 2, Report, feed, () => { },
            Task.FromResult<string?>(null), TimeProvider.System, NullLoggerFactory.Instance);
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        FakeTimeProvider time = new();
        using StringWriter error = new() { NewLine = "\n" };
        VerbContext context = new(
            new Screen(TextWriter.Null, hasColours: false), new Screen(error, hasColours: false), new Dictionary<string, string>(), logs.Path, time);

        int answer = await ProgressNote.WhileAsync(logs.Path, context, async () =>
        {
            await Eventually.BecomesTrueAsync(
                () =>
                {
                    time.Advance(TimeSpan.FromMilliseconds(500));
                    return Volatile.Read(ref asked) >= 3;
                },
                "it has looked three times");
            return 42;
        });

        Assert.Equal((42, expected), (answer, error.ToString()));

        RecorderStatus Report()
        {
            Interlocked.Increment(ref asked);
            return new() { Recording = isRecording, Reason = "Only 1 MiB is free.", Version = "1.2.3" };
        }
    }
}
