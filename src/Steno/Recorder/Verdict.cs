using System.Globalization;
using Steno.Core.Numbering;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>Is everything here that was said? Three-valued, and never a guess.</summary>
/// <param name="Value"><see cref="Complete"/>, <see cref="Incomplete"/> or <see cref="Unknown"/>.</param>
/// <param name="Reason">Why, in plain words.</param>
internal readonly record struct Verdict(string Value, string Reason)
{
    /// <summary>Proven: every number that a publisher has announced so far is recorded.</summary>
    public const string Complete = "complete";

    /// <summary>Known: something was said, or written, that is not here.</summary>
    public const string Incomplete = "incomplete";

    public const string Unknown = "unknown";

    private const int NamedRanges = 5;
    private const int NameCharsMax = 32;

    public static Verdict Of(VerdictGrounds grounds)
    {
        List<string> losses = FindLosses(grounds);
        string others = OfOthers(grounds.Numbers);
        if (losses.Count > 0) return new Verdict(Incomplete, string.Join(" ", losses) + others);
        return FindDoubt(grounds) is { } doubt
            ? new Verdict(Unknown, doubt + others)
            : new Verdict(Complete, Praise(grounds) + others);
    }

    /// <summary>What is missing in sessions that have verdicts of their own: named, and not counted here.</summary>
    private static string OfOthers(NumberingFacts numbers)
    {
        List<MissingNumbers> others = [.. numbers.Publishers.SelectMany(MissingNumbers.Of).Where(missing => missing.IsOthers)];
        if (others.Count == 0) return "";
        long more = others.Skip(NamedRanges).Aggregate(0L, (sum, missing) => NumberRanges.Saturated(sum, missing.Count));
        return $" Before this session: {string.Join(" ", others.Take(NamedRanges))}"
            + (more > 0 ? $" {Count(more, "number", "numbers")} more did not arrive in sessions before." : "");
    }

    /// <summary>As <c>session.json</c> keeps it.</summary>
    public SessionVerdict AsOf(long seq, DateTimeOffset at) => new(Value, Reason, seq, at);

    private static List<string> FindLosses(VerdictGrounds grounds)
    {
        List<string> losses = [];
        if (LossSentence.Of(grounds.Damage) is { Length: > 0 } lost) losses.Add(lost);
        if (LossSentence.OfUnrecorded(grounds.Lost) is { Length: > 0 } unrecorded) losses.Add(unrecorded);
        NumberingFacts numbers = grounds.Numbers;
        List<MissingNumbers> lacking = [.. numbers.Publishers.SelectMany(MissingNumbers.Of).Where(missing => !missing.IsOthers)];
        losses.AddRange(lacking.Take(NamedRanges).Select(missing => missing.ToString()));
        long more = lacking.Skip(NamedRanges)
            .Aggregate(numbers.MissingForgotten, (sum, missing) => NumberRanges.Saturated(sum, missing.Count));
        if (more > 0) losses.Add($"{Count(more, "number", "numbers")} of other publishers did not arrive.");
        if (numbers.Truncated > 0)
            losses.Add($"{Count(numbers.Truncated, "message is", "messages are")} recorded by the beginning only.");
        return losses;
    }

    private static string? FindDoubt(VerdictGrounds grounds)
    {
        NumberingFacts numbers = grounds.Numbers;
        if (grounds.Damage.FirstOrDefault(damage => damage.IsUnknownEnd) is { } open) return open.Description;
        if (grounds.Waiting > 0)
            return $"{Count(grounds.Waiting, "message was", "messages were")} received and not recorded yet, the oldest {Text((long)grounds.WaitsFor.TotalSeconds)} s ago.";
        if (grounds.CheckProblem is { } problem)
            return $"The older part of the journal cannot be checked: {problem}";
        if (grounds.UncheckedBytes is var bytes and > 0)
            return $"The older part of the journal is still being checked: {Text(bytes)} bytes are left.";
        if (grounds.Interruption is { } interruption) return interruption;
        if (numbers.Unnumbered is { } name)
            return $"Publishers do not number their messages ({Short(name)}, for one), "
                + "so a loss on the way would not show.";
        if (numbers.Publishers.Count == 0 && numbers.Unproven == 0)
            return "No publisher that numbers its messages was heard: a loss on the way would not show.";
        if (numbers.Publishers.FirstOrDefault(run => run.Awaited > 0) is { } awaited)
            return $"{Count(awaited.Awaited, "number", "numbers")} of {Name(awaited)} did not arrive yet.";
        if (numbers.Publishers.FirstOrDefault(run => run.Doubles > 0) is { } doubled)
            return $"{Name(doubled)} gave numbers twice, to messages that are not known to be the same: what they prove is not known.";
        PublisherFacts? restarted = numbers.Publishers.FirstOrDefault(run => run is { IsSuperseded: true, IsEnded: false, IsLeftBehind: false });
        if (restarted is not null)
            return $"{Name(restarted)} began anew without a last word: "
                + $"whether it said more after number {Text(restarted.Last)} is not known.";
        if (numbers.Unproven > 0)
            return $"Of {Count(numbers.Unproven, "publisher", "publishers")} not everything is known: more were "
                + $"heard than are tracked ({PublisherLedger.RunsMax}), or the journal of a session before is gone.";
        if (grounds.EarlierRecorder is { } earlier) return earlier;
        return numbers.WholeSince > grounds.DurableSeq ? "What proves it is on its way to the disk." : null;
    }

    private static string Praise(VerdictGrounds grounds)
    {
        int open = grounds.Numbers.Publishers.Count(run => !run.IsEnded);
        string ended = open == 0 ? "each said its last word"
            : $"{Text(open)} {(open == 1 ? "has" : "have")} not said a last word";
        string session = grounds.Numbers.Publishers.Any(run => run.Missing > 0) ? " in it" : "";
        return $"Up to line {Text(grounds.DurableSeq)} every number that publishers announced{session} is here "
            + $"({Count(grounds.Numbers.Publishers.Count, "publisher", "publishers")}; {ended}).";
    }

    private static string Name(PublisherFacts run) => Short(run.Name);

    /// <summary>An agent's name is its own choice, and the sentence shall stay one.</summary>
    internal static string Short(string name)
    {
        if (name.Length <= NameCharsMax) return name;
        int length = char.IsHighSurrogate(name[NameCharsMax - 1]) ? NameCharsMax - 1 : NameCharsMax;
        return name[..length] + "…";
    }

    private static string Count(long number, string one, string many) =>
        $"{Text(number)} {(number == 1 ? one : many)}";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
