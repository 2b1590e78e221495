using System.Text.Json.Serialization;

namespace Steno.Core.Recovery;

/// <summary>
/// A time in which nobody listened, and that no recorder has ended yet. It stands in <c>session.json</c> until one has heard its
/// sources again, whatever is opened, mended or begun meanwhile: else what is done between two recorders would pass for the
/// first one's good end.
/// </summary>
/// <param name="Since">The last sign of life of the recorder that listened last.</param>
/// <param name="Reason">How it ended, as far as is known: a sentence.</param>
public sealed record UnheardTime(
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("reason")] string Reason)
{
    public static UnheardTime AfterKill(DateTimeOffset since) => new(since, "The recorder ended without a word.");

    public static UnheardTime AfterUnknownEnd(DateTimeOffset since) =>
        new(since, "How the recorder ended is not known: session.json was missing.");
}
