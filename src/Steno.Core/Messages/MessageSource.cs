namespace Steno.Core.Messages;

/// <summary>The way a message came in: the <c>Source</c> of its line, in lower case.</summary>
public enum MessageSource
{
    /// <summary>Heard through a broker.</summary>
    Broker,

    /// <summary>Sent straight to the recorder's own door.</summary>
    Direct,

    /// <summary>Handed in by an agent's hook.</summary>
    Hook,

    /// <summary>
    /// Said by the recorder itself. Agents cannot have it, so that no agent can forge a <c>gap</c> or a
    /// <c>coverage_started</c>.
    /// </summary>
    Steno,
}
