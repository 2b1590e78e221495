using System.Text.Json;
using Steno.Core.Files;

namespace Steno.Core.Recovery;

/// <summary>
/// Sees to it that whatever is done for a journal is told in it, once.
/// <code>
/// 1. recovery/untold_WHAT.json says what is being done
/// 2. it is done
/// 3. the file says which line is going to tell of it
/// 4. the line is appended and synced
/// 5. the file is deleted
/// </code>
/// Crash after 1: the next start does it, and says the same; or it was done, and is told. After 3: the line
/// is there or it is not, for nothing else is written before 4.
/// </summary>
internal sealed class UntoldMendings(LogDirectory directory)
{
    /// <summary>One has some hundred bytes; what is larger is somebody's.</summary>
    private const int BytesMax = 1 << 20;

    /// <summary>Step 1; durable on return. A beginning that was interrupted is part of it.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Begin(Mending mending)
    {
        if (TryLoad(directory.Untold(mending.Name)) is { ToldSeq: 0 } interrupted)
        {
            mending = mending with
            {
                FirstSeq = mending.FirstSeq == 0 || interrupted.FirstSeq == 0
                    ? Math.Max(mending.FirstSeq, interrupted.FirstSeq)
                    : Math.Min(mending.FirstSeq, interrupted.FirstSeq),
                LastSeq = mending.LastSeq == 0 ? 0 : Math.Max(mending.LastSeq, interrupted.LastSeq),
                Quarantine = mending.Quarantine ?? interrupted.Quarantine,
                OpenEndSeq = Math.Max(mending.OpenEndSeq, interrupted.OpenEndSeq),
            };
        }

        Save(mending);
    }

    /// <summary>What is not told yet, or was begun to be. A file that is not of our making is passed over.</summary>
    public IReadOnlyList<Mending> All()
    {
        string recovery = Path.GetDirectoryName(directory.RecoveryFile)!;
        if (!Directory.Exists(recovery)) return [];
        return
        [
            .. Directory.GetFiles(recovery, Path.GetFileName(directory.Untold("*"))).Order(StringComparer.Ordinal)
                .Select(path => TryLoad(path) is { } m && Mending.Kinds.Contains(m.What) && directory.Untold(m.Name) == path ? m : null)
                .OfType<Mending>(),
        ];
    }

    /// <summary>Step 3.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Plan(Mending mending, Guid session, long seq) => Save(mending with { Session = session, ToldSeq = seq });

    /// <summary><c>session.json</c> says of it that the end is open. Durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void CloseEnd(Mending mending) => Save(mending with { OpenEndSeq = 0 });

    /// <summary>Step 5. Undone by a crash, the file says which line has told of it.</summary>
    public void Told(Mending mending) => directory.Disk.Delete(directory.Untold(mending.Name));

    /// <summary>It was begun and not done after all; durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Undo(Mending mending) => directory.Disk.DeleteDurably(directory.Untold(mending.Name));

    private void Save(Mending mending)
    {
        string path = directory.Untold(mending.Name);
        directory.Disk.CreateDirectory(Path.GetDirectoryName(path)!);
        directory.Disk.WriteAtomically(path, JsonSerializer.SerializeToUtf8Bytes(mending, RecoveryJson.Default.Mending));
    }

    /// <summary>Null if there is none, or somebody has made something else of it.</summary>
    private static Mending? TryLoad(string path)
    {
        try
        {
            return FileFacts.Of(path) is { Kind: FileKind.File, Length: <= BytesMax } ? JsonSerializer.Deserialize(File.ReadAllBytes(path), RecoveryJson.Default.Mending) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
