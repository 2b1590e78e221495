using System.Globalization;
using Steno.Configuration;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// Status for people. The first line answers "is it recording?"; the rest says why and how much.
/// </summary>
internal static class StatusScreen
{
    /// <summary>Of one source; all of them are in the JSON.</summary>
    private const int WarningsShown = 3;

    /// <summary>Who is turned away comes back ten times a second: an older warning is of somebody who has gone, or was mended.</summary>
    private static readonly TimeSpan WarnsFor = TimeSpan.FromHours(1);

    /// <summary>Before every value.</summary>
    private const int MarginColumns = 13;

    /// <summary>
    /// A name of more is cut: it is an agent's own choice, and may be a thousand characters. JSON has it
    /// whole.
    /// </summary>
    private const int NameColumns = 32;

    private const int AgentsShown = 8;

    private const int DamageShown = 8;

    /// <summary>The latest; all that are kept are in the JSON.</summary>
    private const int HolesShown = 3;

    public static void Print(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        PrintVerdict(status, screen);
        PrintDetails(status, screen, now);
    }

    /// <summary>Whether it records, and why.</summary>
    public static void PrintVerdict(RecorderStatus status, Screen screen)
    {
        Styled verdict = VerdictOf(status);
        IReadOnlyList<string> why = Wrapped.Lines(status.Reason + Proof(status), screen.Columns, verdict.Text.Length + 1, 2);
        screen.Line($"{verdict} {why[0]}");
        foreach (string more in why.Skip(1)) screen.Line($"  {more}");
    }

    public static Styled VerdictOf(RecorderStatus status) => status.Recording ? Styled.Good("✓ Recording.")
        : Styled.Bad(status.Known ? "✗ NOT recording." : "✗ NOT KNOWN whether it records.");

    /// <summary>All the rest, behind an empty line. When no recorder answered: whether all is there, if that is known.</summary>
    public static void PrintDetails(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        bool isAnswered = status.Session is not null || status.StartedAt is not null;
        if (!isAnswered && status.VerdictReason is null && status.Damage.Count == 0 && status.Broker is null) return;

        screen.Line();
        if (!isAnswered)
        {
            // Nothing more is known then, and what is not known is not shown as zero.
            if (status.VerdictReason is not null || status.Damage.Count > 0) PrintCompleteness(status, screen, now);
            PrintBroker(status.Broker, screen, now);
            return;
        }

        PrintJournal(status, screen, now);
        foreach (SourceStatus source in status.Sources) PrintSource(source, screen, now);
        PrintBroker(status.Broker, screen, now);
        PrintAgents(status, screen, now);
        PrintCompleteness(status, screen, now);
        if (status.DiskFreeBytes is { } free) Row(screen, "disk", $"{ByteSize.Format(free)} free");
        Row(screen, "recorder", $"pid {status.Pid ?? 0}, up {Age(status.StartedAt, now)}, version {status.Version}");
    }

    private static void PrintJournal(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        if (status.Session is { } session)
        {
            string name = SafeText.Excerpt(session.Name ?? session.Id, NameColumns + 4); // an id has 36
            Row(screen, "session", $"{name}, began {Age(session.Started, now)} ago");
            if (session.Journal is { } journal) Row(screen, "journal", $"{journal}{Size(session.JournalBytes)}");
        }

        Row(screen, "durable", string.Create(CultureInfo.InvariantCulture,
            $"up to line {status.DurableSeq:N0} (written {status.WrittenSeq:N0}{Derived(status)})"));
        Row(screen, "received", string.Create(CultureInfo.InvariantCulture,
            $"{Count(status.Received, "message")}, {status.MessagesPerSecond:0.#}/s; {Backlog(status)}"));
    }

    private static void PrintSource(SourceStatus source, Screen screen, DateTimeOffset now)
    {
        Styled mark = source.Listening ? Styled.Good("✓") : Styled.Bad("✗");
        string peer = source.PeerSocketType is { } type ? $" ({type})"
            : source.Kind == "direct" ? $" ({Count(source.Peers, "peer")})"
            : "";
        string heard = source.Messages == 0 ? "nothing heard yet"
            : $"{Count(source.Messages, "message")}, {ByteSize.Format(source.Bytes)}, "
                + $"last {Age(source.LastMessage, now)} ago";
        string reconnects = source.Reconnects > 0 ? $", {Count(source.Reconnects, "reconnect")}" : "";
        Row(screen, source.Kind, $"{source.Endpoint}{peer}: {heard}{reconnects}", mark);
        if (source.Problem is { } problem) Row(screen, "", problem, isWarning: true);
        SourceWarning[] warnings = [.. source.Warnings.Where(warning => now - warning.Last <= WarnsFor)];
        foreach (SourceWarning warning in warnings.Take(WarningsShown))
        {
            string often = $"({Count(warning.Count, "time")}, last {Age(warning.Last, now)} ago)";
            Row(screen, "", $"{warning.Text} {warning.Remedy}".TrimEnd() + $" {often}", isWarning: true);
        }

        if (warnings.Length > WarningsShown)
            Row(screen, "", $"and {Count(warnings.Length - WarningsShown, "warning")} more, in `status --json`", isWarning: true);
        if (source.Warnings.Count > warnings.Length)
            Row(screen, "", $"{Count(source.Warnings.Count - warnings.Length, "older warning")}, the last {Age(source.Warnings[warnings.Length].Last, now)} ago, in `status --json`");
    }

    /// <summary>Of our own, only what it warned of: whether it is heard the sources say.</summary>
    private static void PrintBroker(BrokerStatus? broker, Screen screen, DateTimeOffset now)
    {
        if (broker is null || broker.Warnings.Count == 0) return;
        string label = "our broker";
        foreach (BrokerWarning warning in broker.Warnings.Take(WarningsShown))
        {
            string often = $"({Age(warning.Last, now)} ago{(warning.Count > 1 ? $", {warning.Count:N0} times" : "")})";
            Row(screen, label, $"{warning.Text} {often}", isWarning: true);
            label = "";
        }

        if (broker.Warnings.Count > WarningsShown)
            Row(screen, "", $"and {Count(broker.Warnings.Count - WarningsShown, "warning")} more: {broker.Log}", isWarning: true);
    }

    private static void PrintAgents(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        string label = "agents";
        foreach (AgentStatus agent in status.Agents.Take(AgentsShown))
        {
            screen.Line($"  {label,-10} {Styled.Name(SafeText.Excerpt(agent.Name, NameColumns))}: "
                + $"{Count(agent.Messages, "message")}, last {Age(agent.LastSeen, now)} ago");
            label = "";
        }

        if (status.Agents.Count > AgentsShown) Row(screen, "", $"and {status.Agents.Count - AgentsShown} more");
    }

    private static void PrintCompleteness(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        Row(screen, "complete?", $"{status.Verdict}: {status.VerdictReason ?? "not known"}");
        foreach (DamageStatus damage in status.Damage.Take(DamageShown)) Row(screen, "", damage.Text, isWarning: true);
        if (status.Damage.Count > DamageShown) Row(screen, "", $"and {status.Damage.Count - DamageShown} more");
        if (status.Damage.Any(damage => damage.Kind is "altered" or "unverifiable" or "missing" or "torn"))
            Row(screen, "", "`steno verify --all` says whether a whole copy of these lines is anywhere, such as in a checkpoint.", isWarning: true);
        foreach (GapStatus gap in status.Gaps.Where(gap => !IsNamed(gap, status.VerdictReason)))
            Row(screen, "", $"{SafeText.Excerpt(gap.Publisher, NameColumns)}: {(gap.From == gap.To ? $"number {gap.From}" : $"{gap.From} to {gap.To}")} did not arrive{(gap.Session is { } session ? $" in session {session}" : "")}", isWarning: true);
        if (status.Unheard is { } unheard) Row(screen, "not heard", Unheard.Describe(unheard, now), isWarning: true);
        foreach (CoverageStatus hole in status.Coverage.Where(period => period.To is not null).Take(HolesShown))
            Row(screen, "", $"{hole.Endpoint} was lost {Age(hole.To, now)} ago{Return(hole, status, now)}: {hole.Reason ?? "why is not known"}");
        foreach (IncidentStatus incident in status.Incidents.TakeLast(3))
            Row(screen, "", $"{Age(incident.At, now)} ago: {incident.What}", isWarning: true);
        if (status.SecondCopyProblem is { } problem)
            Row(screen, "", $"the journal has no second copy now: {problem}", isWarning: true);
        if (status.CheckpointProblem is { } unmade)
            Row(screen, "", $"the last checkpoint could not be made: {unmade}", isWarning: true);
        if (status.Stalls > 0)
            Row(screen, "", $"{Count(status.Stalls, "stall")}: the disk was too slow, the broker may have dropped messages",
                isWarning: true);
        foreach (string repair in status.Recovered) Row(screen, "recovered", repair);
    }

    /// <summary>Whether the verdict's reason, one line above, names these numbers already.</summary>
    private static bool IsNamed(GapStatus gap, string? reason)
    {
        string numbers = gap.From == gap.To
            ? string.Create(CultureInfo.InvariantCulture, $"{gap.From:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"{gap.From:N0} to {gap.To:N0}");
        return reason is not null && reason.Contains($" of {gap.Publisher} did not arrive", StringComparison.Ordinal)
            && (reason.Contains($" {numbers} of ", StringComparison.Ordinal) || reason.Contains($" {numbers},", StringComparison.Ordinal));
    }

    /// <summary>When it was heard again; nothing if it is not.</summary>
    private static string Return(CoverageStatus hole, RecorderStatus status, DateTimeOffset now)
    {
        DateTimeOffset? back = status.Coverage
            .Where(period => period.Endpoint == hole.Endpoint && period.From >= hole.To).Min(period => (DateTimeOffset?)period.From);
        return back is null ? "" : $", and came back {Age(back, now)} ago";
    }

    /// <summary>A label and its value, which on a terminal goes on below itself.</summary>
    private static void Row(Screen screen, string label, string value, Styled? mark = null, bool isWarning = false)
    {
        foreach (string line in Wrapped.Lines(value, screen.Columns, MarginColumns, MarginColumns))
        {
            Styled shown = isWarning ? Styled.Warning(line) : Styled.Plain(line);
            if (mark is { } sign) screen.Line($"  {label,-8} {sign} {shown}");
            else screen.Line($"  {label,-10} {shown}");
            (label, mark) = ("", null);
        }
    }

    private static string Proof(RecorderStatus status) => status.Proof switch
    {
        RecordingProof.Probe => $" A canary went the whole way {Ms(status.ProofAgeMs)} ago.",
        RecordingProof.Traffic => $" The last message reached it {Ms(status.ProofAgeMs)} ago.",
        // By the handshake alone: the reason says so.
        _ => "",
    };

    private static string Backlog(RecorderStatus status) =>
        status.Lost > 0 ? $"{status.Lost:N0} of them not recorded"
        : status.QueueBytes == 0 && status.LagMs == 0 ? (status.Recording ? "all recorded" : "none waits to be recorded") + Cut(status)
        : $"{ByteSize.Format(status.QueueBytes)} waiting, the oldest for {Ms(status.LagMs)}";

    private static string Cut(RecorderStatus status) => status.Truncated == 0 ? ""
        : $", {status.Truncated:N0} by the beginning only (over the message limit)";

    private static string Derived(RecorderStatus status) =>
        (status.IndexedSeq is { } indexed ? $", indexed {indexed:N0}" : "")
        + (status.CheckpointedSeq is { } checkpointed ? $", checkpointed {checkpointed:N0}" : "");

    private static string Size(long? bytes) => bytes is { } known ? $" ({ByteSize.Format(known)})" : "";

    private static string Age(DateTimeOffset? since, DateTimeOffset now) =>
        since is { } then ? Duration.Format(now - then) : "unknown time";

    private static string Ms(long? milliseconds) => Duration.Format(TimeSpan.FromMilliseconds(milliseconds ?? 0));

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");
}
