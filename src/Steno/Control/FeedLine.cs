namespace Steno.Control;

/// <summary>One journal line on its way to the readers of the live feed.</summary>
/// <param name="Seq">Its sequence.</param>
/// <param name="Line">Its bytes without the line break; shared by all readers, changed by none.</param>
/// <param name="LostBefore">Lines that this reader lost just before this one.</param>
internal readonly record struct FeedLine(long Seq, ReadOnlyMemory<byte> Line, long LostBefore);
