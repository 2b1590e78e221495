namespace Steno.Views;

/// <summary>The JSON shape of <c>steno recent --json</c>.</summary>
internal sealed record MessagesAnswer(int SchemaVersion, IReadOnlyList<MessageAnswer> Messages);
