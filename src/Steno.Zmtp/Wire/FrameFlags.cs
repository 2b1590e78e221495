namespace Steno.Zmtp.Wire;

/// <summary>The first byte of every frame. The other five bits are reserved and zero.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>More frames of the same message follow.</summary>
    More = 1,

    /// <summary>The length takes eight bytes, not one.</summary>
    Long = 2,

    /// <summary>A command, not a message.</summary>
    Command = 4,
}
