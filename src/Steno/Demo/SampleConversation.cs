using Steno.Core.Files;
using Steno.Launching;
using Steno.Views;
using Steno.Zmtp;

namespace Steno.Demo;

/// <summary>
/// Two sample agents exchange a few sentences over the broker, and what the recorder made of them is read
/// back from the journal: the whole way, seen in a second.
/// </summary>
/// <param name="logs">The log directory.</param>
/// <param name="door">Where publishers connect.</param>
internal sealed class SampleConversation(string logs, ZmtpEndpoint door, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private const string Claude = "demo_claude";
    private const string Gemini = "demo_gemini";

    // One of each kind: a question, a view, a decision, an execution, a report.
    private static readonly (string From, string To, string Text)[] Script =
    [
        (Claude, Gemini, "Which storage should we use for the session cache: Redis or SQLite?"),
        (Gemini, Claude, "I think SQLite is enough. What do you think about the trade-off in latency?"),
        (Claude, Gemini, "Agreed. We decided on SQLite for storage; no server to run."),
        (Gemini, Claude, "Implementing src/cache.py now, with a test for each query."),
        (Gemini, Claude, "All 12 tests pass. The cache is done and ready for review."),
        (Claude, Gemini, "Approved. Thank you."),
    ];

    /// <summary>Speaks, and returns the messages as the journal holds them.</summary>
    /// <exception cref="LaunchException">They were not heard, or did not arrive.</exception>
    public async Task<IReadOnlyList<JournalEntry>> RunAsync(CancellationToken cancellation)
    {
        await using var claude = new SampleAgent(Claude, door, time);
        await using var gemini = new SampleAgent(Gemini, door, time);
        if (!await UntilAsync(() => claude.IsHeard && gemini.IsHeard, cancellation).ConfigureAwait(false))
            throw new LaunchException($"The sample agents are not heard: nobody asked for what is published at {door}.",
                "Is the publishers' door of your broker another one? --publishers names it.");

        string journal = new LogDirectory(logs).CurrentJournal;
        var recorded = new List<JournalEntry>(Script.Length);
        foreach ((string from, string to, string text) in Script)
        {
            string id = (from == Claude ? claude : gemini).Say(to, text);
            JournalEntry? found = null;
            // One answers what the other said: only then is the order theirs, and not the network's.
            if (!await UntilAsync(() => (found = Find(journal, id)) is not null, cancellation).ConfigureAwait(false))
                throw new LaunchException($"What {from} said is not in the journal.",
                    "`steno status` says what is wrong.");
            recorded.Add(found!);
        }

        return recorded;
    }

    // Others may talk meanwhile: look a little further back than the last line.
    private static JournalEntry? Find(string journal, string id) =>
        JournalExcerpt.Last(journal, 50, everything: false).Entries.FirstOrDefault(entry => entry.Message.Id == id);

    private async Task<bool> UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(began) > Deadline) return false;
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }

        return true;
    }
}
