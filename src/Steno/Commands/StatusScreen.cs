using System.Globalization;
using Steno.Configuration;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>Status for people. The first line answers "is it recording?"; the rest says why and how much.</summary>
internal static class StatusScreen
{
    private const int ShownDamage = 8;

    public static void Print(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        if (status.Recording) screen.Line($"{Styled.Good("✓ Recording.")} {status.Reason}{Proof(status)}");
        else screen.Line($"{Styled.Bad("✗ NOT recording.")} {status.Reason}");

        // No recorder answered: nothing more is known, and what is not known is not shown as zero.
        if (status.Session is null && status.StartedAt is null) return;

        screen.Line();
        PrintJournal(status, screen, now);
        foreach (SourceStatus source in status.Sources) PrintSource(source, screen, now);
        PrintAgents(status, screen, now);
        PrintCompleteness(status, screen, now);
        if (status.DiskFreeBytes is { } free) screen.Line($"  disk       {ByteSize.Format(free)} free");
        screen.Line($"  recorder   pid {status.Pid ?? 0}, up {Age(status.StartedAt, now)}, version {status.Version}");
    }

    private static void PrintJournal(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        if (status.Session is { } session)
        {
            screen.Line($"  session    {session.Name ?? session.Id}, began {Age(session.Started, now)} ago");
            if (session.Journal is { } journal) screen.Line($"  journal    {journal}{Size(session.JournalBytes)}");
        }

        screen.Line($"  durable    up to line {status.DurableSeq:N0} (written {status.WrittenSeq:N0}{Derived(status)})");
        screen.Line($"  received   {status.Received:N0} messages, {status.MessagesPerSecond:0.#}/s; {Backlog(status)}");
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
        screen.Line($"  {source.Kind,-8} {mark} {source.Endpoint}{peer}: {heard}{reconnects}");
        if (source.Problem is { } problem) screen.Line($"             {Styled.Warning(problem)}");
    }

    private static void PrintAgents(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        const int shown = 8;
        string label = "agents";
        foreach (AgentStatus agent in status.Agents.Take(shown))
        {
            screen.Line($"  {label,-10} {Styled.Name(agent.Name)}: {Count(agent.Messages, "message")}, "
                + $"last {Age(agent.LastSeen, now)} ago");
            label = "";
        }

        if (status.Agents.Count > shown) screen.Line($"             and {status.Agents.Count - shown} more");
    }

    private static void PrintCompleteness(RecorderStatus status, Screen screen, DateTimeOffset now)
    {
        screen.Line($"  complete?  {status.Verdict}: {status.VerdictReason ?? "not known"}");
        foreach (DamageStatus damage in status.Damage.Take(ShownDamage)) screen.Line($"             {Styled.Warning(damage.Text)}");
        if (status.Damage.Count > ShownDamage) screen.Line($"             and {status.Damage.Count - ShownDamage} more");
        foreach (GapStatus gap in status.Gaps)
            screen.Line($"             {Styled.Warning($"{gap.Publisher}: {gap.From} to {gap.To} never arrived")}");
        foreach (CoverageStatus hole in status.Coverage.Where(period => period.To is not null).TakeLast(3))
            screen.Line($"             {hole.Endpoint} was lost {Age(hole.To, now)} ago: {hole.Reason ?? "why is not known"}");
        foreach (IncidentStatus incident in status.Incidents.TakeLast(3))
            screen.Line($"             {Styled.Warning($"{Age(incident.At, now)} ago: {incident.What}")}");
        if (status.Stalls > 0)
            screen.Line($"             {Styled.Warning(Count(status.Stalls, "stall"))}: "
                + $"the disk was too slow, the broker may have dropped messages");
        foreach (string repair in status.Recovered) screen.Line($"  recovered: {repair}");
    }

    private static string Proof(RecorderStatus status) => status.Proof switch
    {
        RecordingProof.Probe => $" A canary went the whole way {Ms(status.ProofAgeMs)} ago.",
        RecordingProof.Traffic => $" The last one did so {Ms(status.ProofAgeMs)} ago.",
        // By the handshake alone: the reason says so.
        _ => "",
    };

    private static string Backlog(RecorderStatus status) =>
        status.Lost > 0 ? $"{status.Lost:N0} of them not recorded"
        : status.QueueBytes == 0 && status.LagMs == 0 ? "all of them recorded"
        : $"{ByteSize.Format(status.QueueBytes)} waiting, the oldest for {Ms(status.LagMs)}";

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
