using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Reads a checkpoint file of the earlier Python system from its beginning to its end, holding one message at a time
/// at most: <c>{checkpoint_id, timestamp, label, message_count, size_bytes, messages: […]}</c>. Each message becomes one
/// line without white space between its tokens; those themselves stay as they are, to the byte. A line of an export that was no JSON
/// is what it was in its journal. Use an instance once.
/// </summary>
public sealed class EarlierCheckpointReader(string path)
{
    /// <summary>As deep as what the earlier system wrote can be, see <c>CheckpointExport</c>.</summary>
    private const int DepthMax = 1000;

    /// <summary>One string, or number, may be as long; longer ones are no messages of agents.</summary>
    private const int TokenBytesMax = 256 << 20;

    private const int BlockBytes = 256 << 10;

    private const string Hint =
        "A checkpoint of the earlier system is {\"checkpoint_id\", \"timestamp\", \"label\", \"message_count\", \"size_bytes\", "
        + "\"messages\": [{…}, …]}. Nothing was changed.";

    private readonly HashSet<string> _keys = [];
    private readonly LineBuffer _line = new(BlockBytes);
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private EarlierCheckpoint _says = new(path);
    private string? _statedSha;
    private string? _key;
    private bool _isInMessages;
    private long _messages;

    /// <summary>
    /// After <see cref="Read"/>: it is an export, and its lines are those that were exported, with whatever damage they had in their journal.
    /// </summary>
    public bool IsAsExported { get; private set; }

    /// <summary>What it says before its messages; null: it does not look like a checkpoint.</summary>
    /// <exception cref="StenoException">It is no JSON as far as that, or cannot be read.</exception>
    public EarlierCheckpoint? ReadHead()
    {
        Scan(null);
        return _says.Id is not null || _keys.Contains("messages") ? _says : null;
    }

    /// <summary>All of it.</summary>
    /// <param name="take">Called with each message, without a newline; valid until it returns.</param>
    /// <exception cref="JournalDamagedException">It is no such file, or not whole.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public EarlierCheckpoint Read(Action<ReadOnlySpan<byte>> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        Scan(take);
        if (!_keys.Contains("messages")) throw Refused("it has no \"messages\"");
        if (_messages == 0) throw Refused("it has no message");
        if (_says.MessageCount is { } count && count != _messages)
            throw Refused($"it says that it has {count} messages, and has {_messages}");
        IsAsExported = _statedSha is { } stated && stated == Convert.ToHexStringLower(_sha.GetHashAndReset());
        return _says;
    }

    /// <param name="take">Null: only what comes before the messages.</param>
    private void Scan(Action<ReadOnlySpan<byte>>? take)
    {
        FileFacts.RequireFile(path);
        using SafeFileHandle file = JournalReader.Open(path);
        byte[] buffer = new byte[BlockBytes];
        int held = 0;
        long offset = 0;
        JsonReaderState state = new(new JsonReaderOptions { MaxDepth = DepthMax });
        while (true)
        {
            int read = JournalReader.ReadBlock(file, path, buffer.AsSpan(held), offset);
            bool isBeginning = offset == 0;
            offset += read;
            held += read;
            int skipped = isBeginning && buffer.AsSpan(0, held).StartsWith("\uFEFF"u8) ? 3 : 0; // a byte-order mark
            int consumed = skipped + Take(buffer.AsSpan(skipped, held - skipped), read == 0, ref state, take, out bool isEnough);
            if (isEnough || read == 0) return;
            held -= consumed;
            buffer.AsSpan(consumed, held).CopyTo(buffer);
            if (held < buffer.Length) continue;
            if (buffer.Length >= TokenBytesMax) throw Refused($"it has a value of more than {TokenBytesMax} bytes");
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private int Take(
        ReadOnlySpan<byte> block, bool isFinal, ref JsonReaderState state, Action<ReadOnlySpan<byte>>? take, out bool isEnough)
    {
        isEnough = false;
        try
        {
            Utf8JsonReader json = new(block, isFinal, state);
            while (json.Read())
            {
                if (_isInMessages) TakeInMessages(ref json, take!);
                else TakeOutside(ref json);
                isEnough = _isInMessages && take is null;
                if (isEnough) break;
            }

            state = json.CurrentState;
            return (int)json.BytesConsumed;
        }
        catch (JsonException e)
        {
            throw Refused($"it is no whole JSON, see line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1} of that");
        }
        catch (InvalidOperationException)
        {
            throw Refused($"\"{_key}\" is no text"); // not UTF-8, or half a surrogate pair
        }
    }

    private void TakeOutside(ref Utf8JsonReader json)
    {
        if (json.CurrentDepth > 1) return; // within something that is not ours to know
        if (json.CurrentDepth == 0)
        {
            if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject)) throw Refused("it is no JSON object");
            return;
        }

        if (json.TokenType == JsonTokenType.PropertyName)
        {
            _key = json.GetString()!;
            if (!_keys.Add(_key)) throw Refused("it has a key twice"); // which one would be meant?
            return;
        }

        if (json.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) return;
        switch (_key)
        {
            case "checkpoint_id":
                _says = _says with { Id = Text(ref json) };
                break;
            case "timestamp":
                _says = _says with { Timestamp = Text(ref json) };
                break;
            case "label":
                _says = _says with { Label = Text(ref json) };
                break;
            case "message_count":
                _says = _says with { MessageCount = Number(ref json) };
                break;
            case "size_bytes":
                _says = _says with { SizeBytes = Number(ref json) };
                break;
            case "sha256":
                _statedSha = Text(ref json);
                break;
            case "messages":
                if (json.TokenType != JsonTokenType.StartArray) throw Refused("its \"messages\" are no list");
                _isInMessages = true;
                break;
        }
    }

    private void TakeInMessages(ref Utf8JsonReader json, Action<ReadOnlySpan<byte>> take)
    {
        if (json.CurrentDepth == 1)
        {
            _isInMessages = false; // the end of the list
            return;
        }

        if (json.CurrentDepth == 2 && json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            throw Refused($"its message {_messages + 1} is no object");
        Append(ref json);
        if (json.CurrentDepth > 2 || json.TokenType != JsonTokenType.EndObject) return;
        _messages++;
        ReadOnlySpan<byte> line = DamagedLine.TryReadExported(_line.Written, out byte[]? damaged) ? damaged : _line.Written;
        _sha.AppendData(line);
        _sha.AppendData("\n"u8);
        take(line);
        _line.Truncate(0);
    }

    private void Append(ref Utf8JsonReader json)
    {
        if (!Utf8.IsValid(json.ValueSpan)) throw Refused($"its message {_messages + 1} is not UTF-8");
        if ((long)_line.Length + json.ValueSpan.Length > JournalLine.MaxLength) throw Refused($"its message {_messages + 1} is too long");
        bool isEnd = json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        if (!isEnd && _line.Length > 0 && _line.Written[^1] is not ((byte)'{' or (byte)'[' or (byte)':')) _line.WriteByte((byte)',');
        bool isQuoted = json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (isQuoted) _line.WriteByte((byte)'"');
        _line.Write(json.ValueSpan);
        if (isQuoted) _line.WriteByte((byte)'"');
        if (json.TokenType == JsonTokenType.PropertyName) _line.WriteByte((byte)':');
    }

    private string? Text(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString(),
        JsonTokenType.Null => null,
        _ => throw Refused($"its \"{_key}\" is no text"),
    };

    private long Number(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long number) && number >= 0
            ? number
            : throw Refused($"its \"{_key}\" is no whole number");

    private CheckpointRefusedException Refused(string why) =>
        new($"{path} cannot be taken as a checkpoint of the earlier system: {why}.", Hint);
}
