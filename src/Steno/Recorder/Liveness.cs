using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Asks the brokers whether they are there at this moment. What is said to one that is frozen is not here, and its
/// heartbeat shows that only seconds later: too late for a verdict that is final. Any thread; recording never waits for it.
/// </summary>
internal sealed class Liveness(IReadOnlyList<Source> sources, CoverageLog coverage)
{
    /// <summary>An answer takes a millisecond, on a busy machine some hundred.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Asks those that are listened to.</summary>
    /// <returns>One that is not there; null: all are. A source that is not listened to is known to be silent already.</returns>
    public async Task<string?> FindSilentAsync(TimeSpan patience)
    {
        Source[] asked = [.. sources.Where(source => source.IsListening)];
        PeerAnswer[] answers = await Task.WhenAll(asked.Select(source => source.AskAsync(patience))).ConfigureAwait(false);
        int silent = Array.FindIndex(answers, answer => answer != PeerAnswer.Answered);
        return silent < 0 ? null : asked[silent].Endpoint;
    }

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

    /// <summary>The recorder is about to stop: a broker that does not answer is told among the messages.</summary>
    public Task TellSilentAsync() => Task.WhenAll(sources.Where(source => source.IsListening).Select(async source =>
    {
        PeerAnswer answer = await source.AskAsync(Patience).ConfigureAwait(false);
        // One whose connection ended meanwhile is known to be silent; where that is still on its way, the stop would take it for its own doing.
        if (answer == PeerAnswer.Silent || (answer == PeerAnswer.Gone && source.IsListening && !coverage.IsStopAnnounced))
            coverage.NoteSilent(source.Endpoint, source.Snapshot().LastHeard);
    }));
}
