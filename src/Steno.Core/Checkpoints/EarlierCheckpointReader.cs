using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Reads a checkpoint file of the earlier Python system from its beginning to its end, holding one message at a time
/// at most: <c>{checkpoint_id, timestamp, label, message_count, size_bytes, messages: […]}</c>. Each message becomes the
/// line that it was, see <see cref="ExportedLine"/>: as it stands, where it stands on one line; else without white space between its tokens,
/// which stay as they are. Use an instance once.
/// </summary>
public sealed class EarlierCheckpointReader(string path)
{
    /// <summary>One string, or number, may be as long; longer ones are no messages of agents.</summary>
    private const int TokenBytesMax = 256 << 20;

    private const int BlockBytes = 256 << 10;

    private const string Hint =
        "A checkpoint of the earlier system is {\"checkpoint_id\", \"timestamp\", \"label\", \"message_count\", \"size_bytes\", "
        + "\"messages\": [{…}, …]}. Nothing was changed.";

    private readonly HashSet<string> _keys = [];
    private readonly LineBuffer _line = new(BlockBytes);
    private readonly LineBuffer _raw = new(BlockBytes);
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private EarlierCheckpoint _says = new(path);
    private string? _statedSha;
    private string? _key;
    private bool _isInMessages;
    private bool _isOneLine;
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
        JsonReaderState state = new(new JsonReaderOptions { MaxDepth = ExportedLine.DepthMax });
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
            int from = 0;
            while (json.Read())
            {
                if (_isInMessages && json.CurrentDepth == 2 && json.TokenType == JsonTokenType.StartObject)
                    (from, _isOneLine) = ((int)json.TokenStartIndex, true);
                if (_isInMessages && json.CurrentDepth == 2 && json.TokenType == JsonTokenType.EndObject)
                    AppendRaw(block[from..(int)json.BytesConsumed]);
                if (_isInMessages) TakeInMessages(ref json, take!);
                else TakeOutside(ref json);
                isEnough = _isInMessages && take is null;
                if (isEnough) break;
            }

            if (_line.Length > 0) AppendRaw(block[from..(int)json.BytesConsumed]); // the rest of the message comes in the next block
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
        ReadOnlySpan<byte> line = ExportedLine.FromMessage(_raw.Written, _line.Written);
        _sha.AppendData(line);
        _sha.AppendData("\n"u8);
        take(line);
        _line.Truncate(0);
        _raw.Truncate(0);
    }

    /// <summary>A message of several lines, or with more white space than a line may have, is taken without it.</summary>
    private void AppendRaw(ReadOnlySpan<byte> piece)
    {
        _isOneLine &= !piece.Contains((byte)'\n') && (long)_raw.Length + piece.Length <= JournalLine.MaxLength;
        if (_isOneLine) _raw.Write(piece);
        else _raw.Truncate(0);
    }

    private void Append(ref Utf8JsonReader json)
    {
        if (!Utf8.IsValid(json.ValueSpan)) throw Refused($"its message {_messages + 1} is not UTF-8");
        if ((long)_line.Length + json.ValueSpan.Length > JournalLine.MaxLength) throw Refused($"its message {_messages + 1} is too long");
        ExportedLine.AppendToken(ref json, _line);
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
