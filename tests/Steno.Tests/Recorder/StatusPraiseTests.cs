using Steno.Recorder;

namespace Steno.Tests.Recorder;

/// <summary>The first line of status: it agrees with the connections below it.</summary>
public sealed class StatusPraiseTests
{
    [Theory]
    [InlineData(0, "Nothing has been heard on these connections yet.")]
    [InlineData(500, "No message has come since the latest of these connections was made.")]
    public void After_a_reconnect_it_does_not_deny_what_was_heard_before(long messages, string nothing)
    {
        SourceStatus broker = new() { Kind = "broker", Endpoint = "tcp://127.0.0.1:5555", Listening = true, Messages = messages, Reconnects = 1 };
        Assert.Equal(
            $"Listening to tcp://127.0.0.1:5555; the journal has synced. {nothing}",
            StatusReporter.Praise(RecordingProof.Handshake, [broker]));
    }

    [Fact]
    public void After_a_reconnect_it_does_not_call_the_next_sync_the_first() =>
        Assert.Equal(
            ("No proof yet: the first sync is still to come.", "Listening, and not proven yet: the journal has not synced since the latest connection was made."),
            (StatusReporter.Unproven(hasSynced: false), StatusReporter.Unproven(hasSynced: true)));
}
