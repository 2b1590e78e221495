namespace Steno.Core.Numbering;

/// <summary>What of a message matters for the book of numbers, besides its number.</summary>
[Flags]
public enum MessageTraits
{
    None = 0,

    /// <summary>It has the id and the text of a message before it.</summary>
    Repeat = 1,

    /// <summary>It is recorded by its beginning only.</summary>
    Truncated = 2,

    /// <summary>Its text is empty.</summary>
    Silent = 4,
}
