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
        if (losses.Count > 0) return new Verdict(Incomplete, string.Join(" ", losses));
        return FindDoubt(grounds) is { } doubt
            ? new Verdict(Unknown, doubt)
            : new Verdict(Complete, Praise(grounds));
    }

    /// <summary>As <c>session.json</c> keeps it.</summary>
    public SessionVerdict AsOf(long seq, DateTimeOffset at) => new(Value, Reason, seq, at);

    private static List<string> FindLosses(VerdictGrounds grounds)
    {
        List<string> losses = [];
        if (LossSentence.Of(grounds.Damage) is { Length: > 0 } lost) losses.Add(lost);
        if (grounds.Lost > 0)
            losses.Add($"{Count(grounds.Lost, "message was", "messages were")} received and not recorded.");
        NumberingFacts numbers = grounds.Numbers;
        List<PublisherFacts> lacking = [.. numbers.Publishers.Where(run => run.Missing > 0)];
        losses.AddRange(lacking.Take(NamedRanges).Select(run => $"{Numbers(run)} of {Name(run)} did not arrive."));
        long more = lacking.Skip(NamedRanges)
            .Aggregate(numbers.MissingForgotten, (sum, run) => NumberRanges.Saturated(sum, run.Missing));
        if (more > 0) losses.Add($"{Count(more, "number", "numbers")} of other publishers did not arrive.");
        if (numbers.Truncated > 0)
            losses.Add($"{Count(numbers.Truncated, "message is", "messages are")} recorded by the beginning only.");
        return losses;
    }

    private static string? FindDoubt(VerdictGrounds grounds)
    {
        NumberingFacts numbers = grounds.Numbers;
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
            return $"{Name(doubled)} gave numbers twice, to different messages: what they prove is not known.";
        PublisherFacts? restarted = numbers.Publishers.FirstOrDefault(run => run is { IsSuperseded: true, IsEnded: false });
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
        return $"Up to line {Text(grounds.DurableSeq)} every number that publishers announced is here "
            + $"({Count(grounds.Numbers.Publishers.Count, "publisher", "publishers")}; {ended}).";
    }

    private static string Numbers(PublisherFacts run)
    {
        IEnumerable<string> named = run.MissingRanges.Take(NamedRanges)
            .Select(r => r.From == r.To ? Text(r.From) : $"{Text(r.From)} to {Text(r.To)}");
        bool areAll = run.Missing == run.MissingRanges.Take(NamedRanges).Sum(r => r.Count);
        string more = areAll ? "" : $" and more, {Text(run.Missing)} in all,";
        return $"{(run.Missing == 1 ? "Number" : "Numbers")} {string.Join(", ", named)}{more}";
    }

    private static string Name(PublisherFacts run) => Short(run.Name);

    /// <summary>An agent's name is its own choice, and the sentence shall stay one.</summary>
    private static string Short(string name)
    {
        if (name.Length <= NameCharsMax) return name;
        int length = char.IsHighSurrogate(name[NameCharsMax - 1]) ? NameCharsMax - 1 : NameCharsMax;
        return name[..length] + "…";
    }

    private static string Count(long number, string one, string many) =>
        $"{Text(number)} {(number == 1 ? one : many)}";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
