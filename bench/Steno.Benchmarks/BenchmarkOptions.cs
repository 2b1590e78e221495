namespace Steno.Benchmarks;

/// <summary>What is to be measured, and with what. Valid when made.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage = """
        usage: bench.sh [--quick] [--binary FILE] [--work DIR] [--results DIR] [ROW…]

          --quick         a minute's run for correctness (nothing lost, nothing damaged); the figures are rough
          --binary FILE   the native binary [default: $STENO_BINARY, else artifacts/native/steno]
          --work DIR      where logs are written while measuring: a real disk [default: /var/tmp]
          --results DIR   where the results go [default: bench/results; with --quick: nowhere]

        rows:
        """;

    /// <summary>Fewer messages and runs.</summary>
    public bool IsQuick { get; private init; }

    /// <summary>Names of the rows to measure; empty for all but those that must be asked for.</summary>
    public IReadOnlyList<string> Rows { get; private init; } = [];

    public string? Binary { get; private init; } = Environment.GetEnvironmentVariable("STENO_BINARY");

    /// <summary>Not the system's temporary directory: that is often memory.</summary>
    public string Work { get; private init; } = "/var/tmp";

    public string? Results { get; private init; }

    /// <exception cref="BenchmarkException">An option that is not known.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> args)
    {
        BenchmarkOptions options = new();
        for (int at = 0; at < args.Count; at++)
        {
            options = args[at] switch
            {
                "--quick" => options with { IsQuick = true },
                "--binary" => options with { Binary = Value(args, ref at) },
                "--work" => options with { Work = Value(args, ref at) },
                "--results" => options with { Results = Value(args, ref at) },
                ['-', ..] => throw new BenchmarkException(Help(), isUsage: true),
                string row when BenchmarkRun.Rows.Any(known => known.Name == row) =>
                    options with { Rows = [.. options.Rows, row] },
                string unknown => throw new BenchmarkException($"no row is called {unknown}\n\n{Help()}", isUsage: true),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> args, ref int at) =>
        ++at < args.Count ? args[at] : throw new BenchmarkException($"{args[at - 1]} needs a value", isUsage: true);

    private static string Help() => Usage + string.Concat(
        BenchmarkRun.Rows.Select(row => $"\n  {row.Name,-16}{row.Summary}{(row.IsAskedFor ? " (only when named)" : "")}"));
}
