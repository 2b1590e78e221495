using System.Text;

namespace Steno.Tests.Messages;

/// <summary>
/// Payloads as agents send them, and as they should not: seeds for mutation, and cases of their own.
/// </summary>
internal static class RealMessages
{
    public static readonly string[] Texts =
    [
        """{"message_id":"m-17","timestamp":"2025-11-30T10:00:00.123","sender_id":"claude_code","context_id":"ctx-1","content":{"message":"We decided on Redis for storage.","lines":[1,2,3]},"metadata":{"sender_role":"Agent","priority":2,"ok":true}}""",
        """{"message_id": "a1", "timestamp": "2025-11-30T10:00:01", "from": "gemini_cli", "to": "claude_code", "type": "request", "priority": 1, "content": {"task": "render \"the\" mesh\n", "n": 1e999}}""",
        """{"event_type":"received","agent":"relay","timestamp":"t2","message":{"message_id":"m-17","sender_id":"claude_code","content":{"message":"caf\u00e9 \ud83d\ude00 \\ \/ done?"},"metadata":{"sender_role":"Agent","deep":{"a":[1,{"b":null}],"a":2}}}}""",
        "gemini_cli {\"sender_id\":\"x\",\"content\":\"a plain string\"}",
        "\uFEFF{\"content\":{\"message\":\"with a mark\"},\"sender_id\":\"bom\"}",
        """{"cont\u0065nt":{"message":"escaped name"},"content":5,"content":{"message":"last"},"metadata":{"x":"\ud800","\udfff":1,"y":NaN,"duplicate_of":3}}""",
        """{"sender_id":7,"message_id":{"a":[1]},"timestamp":1764500000.25,"context_id":null,"content":null,"metadata":[1]}""",
        "[1,2,{\"content\":3}]",
        "  \"only a string\"  ",
        "just text, über alles — 漢字 \u009b31m \u007f \u2028",
        "{\"a\":\"\0\"}",
        "{\"sender_id\":\"c\",\"content\":{}}\0",
        "",
        "{}",
        "nan {}",
    ];

    public static IEnumerable<byte[]> Bytes => Texts.Select(Encoding.UTF8.GetBytes);
}
