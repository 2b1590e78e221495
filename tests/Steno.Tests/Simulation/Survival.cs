namespace Steno.Tests.Simulation;

/// <summary>Which of the changes that were only cached are on the disk after a power cut.</summary>
internal sealed class Survival
{
    private readonly Random? _chance;
    private readonly int _percent;

    private Survival(int percent, Random? chance) => (_percent, _chance) = (percent, chance);

    public static Survival OfNothing { get; } = new(0, null);

    public static Survival OfEverything { get; } = new(100, null);

    public static Survival OfSome(Random chance) => new(chance.Next(4) switch { 0 => 0, 1 => 100, 2 => 50, _ => 90 }, chance);

    public bool Survives() => _percent > (_chance?.Next(100) ?? 0);

    /// <summary>How many of so many changes in a row, which a file system writes in their order.</summary>
    public int CountOf(int changes) => _percent == 0 ? 0 : _chance is null ? changes : _chance.Next(changes + 1);
}
