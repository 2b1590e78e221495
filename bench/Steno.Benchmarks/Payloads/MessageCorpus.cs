using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Steno.Benchmarks.Payloads;

/// <summary>
/// The messages that publishers send: standard messages of about 870 bytes, of varied text, the same on every
/// run. Message number n is template n modulo the count, with its number and time of sending written in.
/// </summary>
internal sealed class MessageCorpus
{
    /// <summary>
    /// Enough that no cache learns them by heart, few enough that the publisher's processor keeps them.
    /// </summary>
    private const int Count = 1024;

    /// <summary>Of prose: more than a compressor looks back for.</summary>
    private const int ProseCount = 32_768;

    private const int Seed = 20251130;
    private const int MeanBytes = 870;
    private const int SpreadBytes = 120;

    private static readonly string[] Agents = ["claude_code", "gemini_cli", "codex", "planner", "reviewer"];

    private static readonly string[] Sentences =
    [
        "We decided on Redis for storage, behind the cache that the framework already has.",
        "Should we use the larger mesh, or is the accuracy good enough for the export to Unity?",
        "The upload failed with error 0x80070005;\nretrying in 30 s.",
        "All 214 tests passed and the benchmark is done.",
        "She said \"ready\", and the reviewer approved the design.",
        "Token cost fell by 12 % after the optimization of the prompt.",
        "TODO: implement the handshake between both agents before Friday.",
        "The user interface must not wait for the database: see src\\ui\\panel.cs, line 88.",
        "I disagree: the trade-off between latency and durability is not worth 3 ms.",
        "Caméra n° 4 was calibrated again — naïve settings gave 0.91 as F1 score.",
        "What if the scan is blocked by the import of the previous photo?",
        "Build the image, then capture the quality report under /tmp/report.json.",
        "文件已保存。The Gaussian reconstruction has been finalized.",
        "Nothing to add from my side.",
    ];

    private readonly MessageTemplate[] _templates;

    /// <param name="isProse">Each of another text (<see cref="Prose"/>), for what compresses them; else a few sentences.</param>
    public MessageCorpus(bool isProse = false)
    {
        Random random = new(Seed);
        Prose? prose = isProse ? new Prose(random) : null;
        _templates = new MessageTemplate[isProse ? ProseCount : Count];
        for (int at = 0; at < _templates.Length; at++) _templates[at] = Make(random, prose);
    }

    public IReadOnlyList<MessageTemplate> Templates => _templates;

    /// <summary>How many agents speak.</summary>
    public static int Speakers => Agents.Length;

    public double MeanPayloadBytes => _templates.Average(template => template.Payload.Length);

    public MessageTemplate Of(long number) => _templates[number % _templates.Length];

    /// <summary>
    /// For the publishers: a count, then for each template four lengths and places (topic, payload, number,
    /// time of sending) and the bytes of topic and payload. Integers have 32 bits in the machine's order.
    /// </summary>
    public void Save(string path)
    {
        using BinaryWriter writer = new(File.Create(path));
        writer.Write(_templates.Length);
        foreach (MessageTemplate template in _templates)
        {
            writer.Write(template.Topic.Length);
            writer.Write(template.Payload.Length);
            writer.Write(template.NumberAt);
            writer.Write(template.SentAt);
            writer.Write(template.Topic);
            writer.Write(template.Payload);
        }
    }

    private static MessageTemplate Make(Random random, Prose? prose)
    {
        string agent = Agents[random.Next(Agents.Length)];
        int bytes = MeanBytes + random.Next(-SpreadBytes, SpreadBytes);
        int context = random.Next(100);
        int frame = Compose(agent, context, "").Length;
        byte[] payload = Compose(agent, context, prose?.Write(random, bytes - frame) ?? Text(random, bytes - frame));
        return new MessageTemplate(
            Encoding.UTF8.GetBytes(agent),
            payload,
            payload.AsSpan().IndexOf("0000000000"u8),
            payload.AsSpan().IndexOf("0000000000000000000"u8));
    }

    private static byte[] Compose(string agent, int context, string text)
    {
        using MemoryStream stream = new();
        // As agents' own libraries write it: nothing escaped that need not be.
        JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(stream, plain))
        {
            json.WriteStartObject();
            json.WriteString("message_id", $"m-{0:D10}");
            json.WriteString("timestamp", "2025-11-30T10:00:00.123456");
            json.WriteString("sender_id", agent);
            json.WriteString("context_id", $"ctx-{context}");
            json.WriteStartObject("content");
            json.WriteString("sent_ns", $"{0:D19}");
            json.WriteString("message", text);
            json.WriteEndObject();
            json.WriteStartObject("metadata");
            json.WriteString("sender_role", "Agent");
            json.WriteString("priority", "normal");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Text(Random random, int bytes)
    {
        StringBuilder text = new();
        while (Encoding.UTF8.GetByteCount(text.ToString()) < bytes)
        {
            if (text.Length > 0) text.Append(' ');
            text.Append(Sentences[random.Next(Sentences.Length)]);
        }

        // A cut inside a character costs some bytes of length, nothing else.
        return new string([.. text.ToString().Take(bytes)]);
    }
}
