namespace Steno.Core.Messages;

/// <summary>Who wrote a line of a journal, as far as the line itself shows.</summary>
public enum LineOrigin
{
    /// <summary>By this recorder: it has a sequence, a hash and what went over the wire.</summary>
    Steno,

    /// <summary>By the earlier system: the first keys only.</summary>
    EarlierSystem,

    /// <summary>A JSON object of neither kind.</summary>
    Foreign,

    /// <summary>Not a JSON object; <see cref="RecordedMessage.Message"/> is the line itself.</summary>
    Broken,
}
