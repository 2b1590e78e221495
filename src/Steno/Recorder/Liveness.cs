using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Asks the brokers whether they are there at this moment. What is said to one that is frozen is not here, and its
/// heartbeat shows that only seconds later: too late for a verdict that is final. Any thread; recording never waits for it.
/// </summary>
internal sealed class Liveness(IReadOnlyList<Source> sources, CoverageLog coverage, TimeProvider time)
{
    /// <summary>An answer takes a millisecond, on a busy machine some hundred.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>One that answers so soon has nothing to hand on that was said long ago.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(0.05);

    /// <summary>One that takes longer may have stood still until now. On a busy machine that is one doubt too many, and nothing is lost by it.</summary>
    private static readonly TimeSpan StoodStill = TimeSpan.FromSeconds(0.25);

    /// <summary>For what it held; with <see cref="Patience"/> less than who announces a stop waits (<see cref="Control.ControlClient.DefaultDeadline"/>).</summary>
    private static readonly TimeSpan HandingOn = TimeSpan.FromSeconds(0.4);

    /// <summary>
    /// A verdict of this moment that is to stand: <c>complete</c> stays so if all brokers are there now. Who calls it may
    /// begin another session as soon as it returns.
    /// </summary>
    public async Task<SessionVerdict> ConfirmAsync(SessionVerdict judged, TimeSpan patience)
    {
        if (judged.Value != Verdict.Complete) return judged;
        Task<string?> asking = FindSilentAsync(patience);
        string? doubt = coverage.Interruption; // behind the question: a broker that was lost since, and has come back, answers it
        if (await asking.ConfigureAwait(false) is { } silent)
            doubt ??= $"{silent} gave no sign of life when this was judged: what was said there since it was heard last is not known.";
        return doubt is null ? judged : judged with { Value = Verdict.Unknown, Reason = doubt };
    }

    /// <summary>The recorder is about to stop: a broker that does not answer, or may hold what was said before, is told among the messages.</summary>
    public Task TellSilentAsync() => Task.WhenAll(Listening().Select(async source =>
    {
        DateTimeOffset? lastHeard = source.Snapshot().LastHeard;
        (PeerAnswer answer, bool isHeardOut) = await HearOutAsync(source).ConfigureAwait(false);
        // One whose connection ended meanwhile is known to be silent; where that is still on its way, the stop would take it for its own doing.
        if (answer == PeerAnswer.Silent || (answer == PeerAnswer.Gone && source.IsListening && !coverage.IsStopAnnounced))
            coverage.NoteSilent(source.Endpoint, lastHeard, "gave no sign of life when the recorder was stopped.");
        else if (answer == PeerAnswer.Answered && !isHeardOut)
            coverage.NoteSilent(source.Endpoint, lastHeard, "stood still until the recorder was stopped: whether all that was said there meanwhile has come is not known.");
    }));

    /// <summary>Whether all brokers are there, and hold nothing back: then what is said from now on is all that is missed when they end.</summary>
    public async Task<bool> HearOutAllAsync() =>
        (await Task.WhenAll(Listening().Select(HearOutAsync)).ConfigureAwait(false))
            .All(heard => heard is { Answer: PeerAnswer.Answered, IsHeardOut: true });

    /// <summary>
    /// Asks a broker. One that stood still until now answers at once when it goes on, before it hands on what was said meanwhile: that
    /// is listened to for a moment.
    /// </summary>
    /// <returns>Not heard out: it stood still, and more of that may be on its way.</returns>
    private async Task<(PeerAnswer Answer, bool IsHeardOut)> HearOutAsync(Source source)
    {
        bool wasLate = source.Lateness() is not null;
        long asked = time.GetTimestamp();
        PeerAnswer answer = await source.AskAsync(Patience).ConfigureAwait(false);
        TimeSpan took = time.GetElapsedTime(asked);
        if (answer == PeerAnswer.Answered && (wasLate || took >= AtOnce)) await Task.Delay(HandingOn, time).ConfigureAwait(false);
        return (answer, !wasLate && took < StoodStill);
    }

    /// <summary>One that is not there; null: all are. The questions are queued on return.</summary>
    private async Task<string?> FindSilentAsync(TimeSpan patience)
    {
        Source[] asked = [.. Listening()];
        PeerAnswer[] answers = await Task.WhenAll(asked.Select(source => source.AskAsync(patience))).ConfigureAwait(false);
        int silent = Array.FindIndex(answers, answer => answer != PeerAnswer.Answered);
        return silent < 0 ? null : asked[silent].Endpoint;
    }

    /// <summary>A source that is not listened to is known to be silent already.</summary>
    private IEnumerable<Source> Listening() => sources.Where(source => source.IsListening);
}
