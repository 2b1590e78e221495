namespace Steno.EndToEnd.Support;

/// <summary><c>./test.sh --soak</c>: the same tests, for longer.</summary>
internal static class Soak
{
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("STENO_SOAK") is { Length: > 0 };

    public static int Rounds(int usual, int soak) => IsAsked ? soak : usual;

    /// <summary>A generator whose seed is printed; STENO_SEED repeats a run.</summary>
    public static Random Random()
    {
        int seed = Environment.GetEnvironmentVariable("STENO_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (repeat with STENO_SEED)");
        return new Random(seed);
    }
}
