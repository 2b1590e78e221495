namespace Steno.Zmtp.Receiving;

/// <summary>Why the parser came back.</summary>
internal enum ParseResult
{
    /// <summary>Everything received is understood, up to an unfinished frame.</summary>
    NeedMore,

    /// <summary><see cref="FrameParser.Command"/> holds a command, to be looked at before parsing
    /// on.</summary>
    Command,

    /// <summary><see cref="FrameParser.Oversized"/> has come to its end.</summary>
    OversizedEnded,
}
