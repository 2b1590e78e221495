using System.Security.Cryptography;
using System.Text;

namespace Steno.Tests.Views;

/// <summary>
/// Journal lines as a recorder writes them, for reading only: their hashes differ, and chain nothing.
/// </summary>
internal static class JournalLines
{
    public static string Said(long seq, string id, string speaker, string text, string metadata = "{}", string source = "broker")
    {
        string body = $$"""{"Id":"{{id}}","Timestamp":"2025-11-30T10:00:00.123","SpeakerName":"{{speaker}}","SpeakerRole":"Agent","Message":"{\"message\":\"{{text}}\"}","ConversationType":0,"ContextId":"c","Metadata":{{metadata}},"Seq":{{seq}},"ReceivedAt":"2025-11-30T15:00:00.123456Z","Source":"{{source}}","Wire":{"topic":"t","head":"{\"content\":","tail":"}"}""";
        return $$"""{{body}},"Hash":"{{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}}"}""" + "\n";
    }

    public static string Own(long seq, string happened) =>
        Said(seq, $"own-{seq}", "steno", happened, $$"""{"event":"{{happened}}"}""", "steno");

    /// <summary>The recorder had not heard a source since 14:59:57.</summary>
    public static string NotHeard(long seq, string endpoint, string reason) => Said(seq, $"own-{seq}", "steno", "gone",
        $$"""{"event":"coverage_ended","endpoint":"{{endpoint}}","last_heard":"2025-11-30T14:59:57.000000Z","reason":"{{reason}}"}""", "steno");

    public static string HeardAgain(long seq) => Said(seq, $"own-{seq}", "steno", "back",
        """{"event":"coverage_started","endpoint":"tcp://127.0.0.1:5555","not_heard_since":"2025-11-29T14:59:57.000000Z"}""", "steno");

    public static string Earlier(string id, string text) =>
        $$"""{"Id":"{{id}}","Timestamp":"2025-11-29T10:00:00","SpeakerName":"old","SpeakerRole":"Agent","Message":"{{text}}","ConversationType":0,"ContextId":"","Metadata":{} }"""
        + "\n";
}
