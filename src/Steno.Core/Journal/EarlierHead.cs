using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// The lines that an earlier system left at the head of a journal. They stay untouched; every
/// newline-terminated one counts as a sequence, and the hash of all their bytes is what our first line is
/// chained to.
/// </summary>
/// <param name="Lines">Their number, which is also the sequence of the last.</param>
/// <param name="Bytes">Their length with newlines.</param>
/// <param name="Sha256">SHA-256 of these bytes.</param>
public readonly record struct EarlierHead(long Lines, long Bytes, ChainHash Sha256)
{
    /// <summary>No such lines: the chain begins at 32 zero bytes.</summary>
    public static EarlierHead None => default;

    public JournalPosition End => new(Bytes, Lines, Lines == 0 ? ChainHash.Zero : Sha256);

    /// <summary>What to say when it was changed: where in it is not known.</summary>
    internal JournalDamage Damage => new(DamageKind.Altered, 0, Bytes, 1, Lines);

    /// <summary>
    /// The lines before the first of ours, in a journal of which nothing else is known. A file without one of
    /// ours is all head, an unterminated last line counting as if it were ended. A first line of ours that is
    /// damaged is no line of another system: where its successor does not prove the head, the head ends with
    /// the last line that only another can have written.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static EarlierHead Find(string path, CancellationToken cancellation = default)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using JournalReader reader = new(path);
        EarlierHead all = None;
        EarlierHead foreign = None;
        bool ours = false;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> line = reader.Line;
            if (JournalLine.TryReadHash(line, out ChainHash stated) && JournalLine.TryReadSeq(line, out long seq))
            {
                bool proven = seq == all.Lines + 1
                    && JournalLine.ComputeHash(all.End.Hash, JournalLine.Body(line)) == stated;
                return proven ? all : foreign;
            }

            ours |= SuspectLine.ShowsOurHand(line);
            sha.AppendData(line);
            sha.AppendData("\n"u8);
            all = new EarlierHead(all.Lines + 1, all.Bytes + line.Length + 1, ChainHash.FromBytes(sha.GetCurrentHash()));
            if (!ours && SuspectLine.IsForeignLine(line)) foreign = all;
        }

        // A first line that was never finished was ours, or says nothing of anyone.
        bool fragment = all.Lines == 1 && !reader.Terminated && foreign.Lines == 0;
        return ours || fragment ? foreign : all;
    }

    /// <summary>The head of the file is what it was.</summary>
    /// <param name="pace">Called now and then with the bytes read so far.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public bool IsUnchanged(string path, Action<long>? pace = null)
    {
        using SafeFileHandle file = JournalReader.Open(path);
        return IsUnchanged((block, at) => JournalReader.ReadBlock(file, path, block, at), pace);
    }

    /// <summary>The same of bytes that are no file.</summary>
    internal bool IsUnchanged(BlockReading bytes, Action<long>? pace)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Math.Min(Bytes, 256 << 10)];
        for (long at = 0; at < Bytes;)
        {
            int read = bytes(buffer.AsSpan(0, (int)Math.Min(buffer.Length, Bytes - at)), at);
            if (read == 0) break;
            sha.AppendData(buffer, 0, read);
            at += read;
            pace?.Invoke(at);
        }

        return ChainHash.FromBytes(sha.GetHashAndReset()) == Sha256;
    }
}
