using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Steno.Core.Journal;

/// <summary>
/// Reads a journal from its first byte and checks every line against the chain. Damage before the tail window is reported and
/// read past; the first damage inside it ends the journal.
/// </summary>
public sealed class JournalScanner
{
    private const long NoPlace = -1;

    private readonly string _path;
    private readonly long _tailStart;
    private readonly List<JournalDamage> _damage = [];
    private JournalPosition _end;
    private bool _anchored = true;
    private long _seqByPlace = NoPlace;
    private long _foreign;

    /// <param name="path">A journal that exists.</param>
    /// <param name="tailStart">The offset from which on damage is taken for a torn tail.</param>
    public JournalScanner(string path, long tailStart)
    {
        _path = path;
        _tailStart = tailStart;
    }

    /// <summary>Ends a scan between two lines.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <param name="earlier">The head left by an earlier system if it is known; null to find it out.</param>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public JournalScan Scan(EarlierHead? earlier)
    {
        EarlierHead head = earlier ?? FindEarlierHead(_path, Cancellation);
        long length = new FileInfo(_path).Length;
        if (earlier is { Lines: > 0 }) CheckHead(head, length);
        _end = head.End;
        if (length < head.Bytes)
        {
            _damage.Add(new JournalDamage(DamageKind.Missing, length, 0, 1, head.Lines));
            _end = _end with { Offset = length };
        }

        bool needsNewline = false;
        using JournalReader reader = new(_path, _end.Offset);
        while (reader.Read())
        {
            Cancellation.ThrowIfCancellationRequested();
            bool whole = Accept(reader);
            if (!whole) break;
            if (reader.Terminated) continue;
            needsNewline = true;
        }

        return new JournalScan
        {
            Earlier = head,
            End = _end,
            FileLength = length,
            NeedsNewline = needsNewline,
            ForeignLines = _foreign,
            Damage = _damage,
        };
    }

    /// <summary>
    /// The lines before the first of ours. A file without one is all head, up to its last newline; an unterminated last
    /// line counts as if it were ended.
    /// </summary>
    public static EarlierHead FindEarlierHead(string path, CancellationToken cancellation = default)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using JournalReader reader = new(path);
        long lines = 0;
        long bytes = 0;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (JournalLine.TryReadHash(reader.Line, out _) && JournalLine.TryReadSeq(reader.Line, out _)) break;
            sha.AppendData(reader.Line);
            sha.AppendData("\n"u8);
            lines++;
            bytes += reader.Line.Length + 1;
        }

        return lines == 0 ? EarlierHead.None : new EarlierHead(lines, bytes, ChainHash.FromBytes(sha.GetHashAndReset()));
    }

    /// <summary>An earlier system's line: a JSON object that names an id and a time, and carries neither sequence nor hash.</summary>
    public static bool IsForeignLine(ReadOnlySpan<byte> line)
    {
        bool id = false, timestamp = false;
        try
        {
            Utf8JsonReader json = new(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("Seq"u8) || json.ValueTextEquals("Hash"u8)) return false;
                id |= json.ValueTextEquals("Id"u8);
                timestamp |= json.ValueTextEquals("Timestamp"u8);
                json.Skip();
            }

            return id && timestamp && !json.Read();
        }
        catch (JsonException)
        {
            return false; // not JSON: garbage, not somebody's line
        }
    }

    /// <summary>Takes one line into the journal. False: it is where the torn tail begins.</summary>
    private bool Accept(JournalReader reader)
    {
        ReadOnlySpan<byte> line = reader.Line;
        long next = reader.Offset + line.Length + 1;
        ChainHash stated = default;
        long seq = 0;
        bool ours = JournalLine.TryReadHash(line, out stated) && JournalLine.TryReadSeq(line, out seq);
        if (ours && _anchored && (seq == _end.Seq + 1 || seq == _seqByPlace + 1)
            && JournalLine.ComputeHash(_end.Hash, JournalLine.Body(line)) == stated)
        {
            if (seq != _end.Seq + 1) CorrectLastSeq(_seqByPlace);
            _seqByPlace = NoPlace;
            _end = new JournalPosition(next, seq, stated);
            return true;
        }

        if (!ours && IsForeignLine(line))
        {
            _foreign++;
            _end = _end with { Offset = next };
            return true;
        }

        // A line without its end was being written when the writer died: torn, wherever it stands.
        if (reader.Offset >= _tailStart || !reader.Terminated) return false;
        ReadPast(reader.Offset, line.Length + 1, ours, seq, stated);
        return true;
    }

    private void ReadPast(long offset, long length, bool ours, long seq, in ChainHash stated)
    {
        long expected = _end.Seq + 1;
        if (!ours)
        {
            // Its number can only be guessed from its place; the next line of ours puts it right.
            _damage.Add(new JournalDamage(DamageKind.Altered, offset, length, expected, expected));
            _anchored = false;
            _end = new JournalPosition(offset + length, expected, _end.Hash);
            return;
        }

        if (seq > expected) _damage.Add(new JournalDamage(DamageKind.Missing, offset, 0, expected, seq - 1));
        bool afterDamage = !_anchored || seq > expected || IsDamageJustBefore(offset);
        _damage.Add(new JournalDamage(afterDamage ? DamageKind.Unverifiable : DamageKind.Altered, offset, length, seq, seq));
        _anchored = true;
        _seqByPlace = seq == expected ? NoPlace : expected;
        _end = new JournalPosition(offset + length, seq, stated);
    }

    /// <summary>
    /// The line after a damaged one proves the chain and has the number that follows from the place: then nothing is missing or
    /// doubled, and it was the damaged line's own number that somebody changed.
    /// </summary>
    private void CorrectLastSeq(long seq)
    {
        JournalDamage last = _damage[^1];
        _damage.RemoveAt(_damage.Count - 1);
        if (_damage.Count > 0 && _damage[^1] is { Kind: DamageKind.Missing } missing && missing.Offset == last.Offset)
            _damage.RemoveAt(_damage.Count - 1);
        _damage.Add(last with { Kind = DamageKind.Altered, FirstSeq = seq, LastSeq = seq });
    }

    private bool IsDamageJustBefore(long offset) =>
        _damage.Count > 0 && _damage[^1] is { Kind: DamageKind.Altered } last && last.Offset + last.Length == offset;

    private void CheckHead(in EarlierHead head, long length)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream stream = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        long left = Math.Min(head.Bytes, length);
        while (left > 0)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0) break;
            sha.AppendData(buffer, 0, read);
            left -= read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (ChainHash.FromBytes(sha.GetHashAndReset()) != head.Sha256)
            _damage.Add(new JournalDamage(DamageKind.Altered, 0, head.Bytes, 1, head.Lines));
    }
}
