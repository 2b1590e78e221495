namespace Steno.Views;

/// <summary>Where in the journal a line cannot be read.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Bytes">Its length, without the newline.</param>
internal sealed record DamagedPlace(long Offset, int Bytes);
