using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Views;

/// <summary>
/// A checkpoint in the shape of the earlier Python system: one object with all messages in it, each as it
/// stands in the journal.
/// </summary>
internal sealed class CheckpointExport(LogDirectory logs, CheckpointManifest manifest)
{
    private const int InitialLineBytes = 64 << 10;

    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly LineBuffer _line = new(InitialLineBytes);
    private readonly LineBuffer _room = new(InitialLineBytes);
    private long _lines;
    private long _bytes;

    public CancellationToken Cancellation { get; init; }

    /// <param name="write">Called with each piece; valid until it returns.</param>
    /// <param name="progress">Told of the bytes of the journal done, and of those that there are.</param>
    /// <exception cref="StenoException">A segment is damaged or cannot be read: what was written is incomplete.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; likewise.</exception>
    public void WriteTo(Action<ReadOnlySpan<byte>> write, Action<long, long>? progress = null)
    {
        write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{{\"checkpoint_id\":{Quoted(manifest.Id!)},\"timestamp\":\"{manifest.Created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff}\",\"label\":{Quoted(manifest.Label ?? manifest.Reason)},\"message_count\":{manifest.MessageCount},\"size_bytes\":{manifest.SizeBytes},\"messages\":[")));
        CheckpointCatalogue.Read(logs, manifest, piece =>
        {
            Cancellation.ThrowIfCancellationRequested();
            _bytes += piece.Length;
            while (piece.IndexOf((byte)'\n') is var end and >= 0)
            {
                _line.Write(piece[..end]);
                WriteLine(write);
                piece = piece[(end + 1)..];
            }

            _line.Write(piece);
            progress?.Invoke(_bytes, manifest.SizeBytes);
        });
        write(Encoding.ASCII.GetBytes($"\n],\"sha256\":\"{Convert.ToHexStringLower(_sha.GetHashAndReset())}\"}}\n"));
    }

    private void WriteLine(Action<ReadOnlySpan<byte>> write)
    {
        write(_lines++ == 0 ? "\n"u8 : ",\n"u8);
        _sha.AppendData(_line.Written);
        _sha.AppendData("\n"u8);
        write(ExportedLine.ToMessage(_line.Written, _room));
        _line.Truncate(0);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
