using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Loads a <c>session.json</c> at a start. One that is damaged is kept in quarantine, and is as if it were not there.</summary>
internal sealed class SessionFileReader(Quarantine quarantine, RecoveryNotes notes)
{
    /// <summary>Null: there is none, or none that can be read; nothing is said of it.</summary>
    public static SessionManifest? TryLoad(string path)
    {
        try
        {
            return SessionManifest.Load(path);
        }
        catch (StenoException)
        {
            return null; // who must know why reads it otherwise: a verification names it
        }
    }

    /// <param name="consequence">What a damaged one means, in a sentence for whoever starts the recorder.</param>
    /// <returns>Null: there is none, or it is damaged.</returns>
    /// <exception cref="Files.StorageException">It cannot be read, or not be kept.</exception>
    public SessionManifest? Load(string path, string consequence)
    {
        try
        {
            SessionManifest? manifest = SessionManifest.Load(path);
            if (manifest is not null) KeepBehind(path, manifest);
            return manifest;
        }
        catch (JournalDamagedException e)
        {
            notes.AddQuarantined(quarantine.KeepWhole(path, "session_file"));
            notes.Add($"{e.Message} {consequence}");
            return null;
        }
    }

    /// <summary>What stands behind its line is gone when it is saved again.</summary>
    private void KeepBehind(string path, SessionManifest manifest)
    {
        byte[] all = File.ReadAllBytes(path);
        int end = all.IndexOf((byte)'\n') + 1;
        if (end == 0 || end == all.Length) return;
        notes.AddQuarantined(quarantine.KeepBehind(path, end, all.Length - end, manifest.Id));
        notes.Add($"Behind the line of {Path.GetFileName(path)} stood bytes that Steno did not write: they are in quarantine.");
    }
}
