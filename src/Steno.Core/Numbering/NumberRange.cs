namespace Steno.Core.Numbering;

/// <summary>Numbers without a hole between them.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
public readonly record struct NumberRange(long From, long To)
{
    public long Count => To - From + 1;
}
