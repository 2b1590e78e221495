namespace Steno.Core.Messages;

/// <summary>Something the recorder itself has to say in the journal.</summary>
/// <param name="Name">One of <see cref="SystemEventNames"/>: <c>Metadata.event</c>.</param>
/// <param name="Text">The same for people, as one sentence: <c>Message</c>.</param>
/// <param name="Fields">Further members of <c>Metadata</c>, none named <c>event</c> and none twice.</param>
public sealed record SystemEvent(string Name, string Text, params IReadOnlyList<SystemEventField> Fields);
