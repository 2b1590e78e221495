using Steno.Benchmarks.Payloads;

namespace Steno.Benchmarks.Results;

/// <summary>What a run of the benchmark has found. Progress goes to standard error.</summary>
internal sealed class Findings
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _skipped = [];
    private readonly List<string> _losses = [];

    public IReadOnlyList<Measurement> Measurements => _measurements;

    /// <summary>Rows that could not be measured, and why.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <summary>Messages that were lost or damaged where none may be. Any makes the run a failure.</summary>
    public IReadOnlyList<string> Losses => _losses;

    private void Add(Measurement measurement) => _measurements.Add(measurement);

    /// <summary>A figure of several runs: their median.</summary>
    public void Add(
        string row, string what, string unit, IReadOnlyList<double> runs, double? ratio = null, Goal? goal = null,
        string? note = null) =>
        Add(new Measurement
        {
            Row = row,
            What = what,
            Value = Sample.Median(runs),
            Unit = unit,
            Ratio = ratio,
            Goal = goal,
            Runs = runs,
            Note = note,
        });

    /// <summary>A figure that stands alone.</summary>
    public void Add(string row, string what, double value, string unit, Goal? goal = null, string? note = null) =>
        Add(new Measurement { Row = row, What = what, Value = value, Unit = unit, Goal = goal, Note = note });

    public void Skip(string row, string why) => _skipped.Add($"{row}: {why}");

    public void Lose(string row, string what) => _losses.Add($"{row}: {what}");

    public static void Progress(string what) => Console.Error.WriteLine($"bench: {what}");

    /// <summary>Every message that was sent must be there.</summary>
    public void RequireWhole(string row, JournalVerdict verdict)
    {
        if (verdict.Missing > 0) Lose(row, $"{verdict.Missing} messages are missing in the journal");
        RequireSound(row, verdict);
    }

    /// <summary>
    /// What is there must be what was sent, in order; the publisher may have dropped some before sending.
    /// </summary>
    public void RequireSound(string row, JournalVerdict verdict)
    {
        if (verdict.Damage is { } damage) Lose(row, $"the journal is damaged: {damage}");
    }

    /// <summary>The value of a figure that an earlier row measured; null if it did not.</summary>
    public double? Find(string row, string what) =>
        _measurements.Find(measurement => measurement.Row == row && measurement.What == what)?.Value;
}
