using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Verification;

namespace Steno.Tests.Sessions;

/// <summary>
/// An older backup is copied over a newer log directory: the current files are those of before, and a checkpoint has what the same session
/// said since.
/// </summary>
public sealed class OlderFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);

    private LogDirectory Logs => new(_directory.Join("logs"));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Lines_that_a_later_checkpoint_has_come_back_and_their_numbers_are_not_given_again(bool start, bool wasKilled)
    {
        using LoadedSession session = new(Logs.Root);
        session.Say(5);
        session.AwaitCopy();
        End();
        string backup = _directory.Join("backup");
        CopyAll(Logs.Root, backup);
        session.Open();
        session.Say(5);
        session.Checkpoint();
        session.AwaitCopy();
        session.Close();
        byte[] whole = File.ReadAllBytes(Logs.CurrentJournal);
        CopyAll(backup, Logs.Root);
        Assert.True(FileFacts.LengthOf(Logs.CurrentJournal) < whole.Length); // the control

        if (start)
        {
            session.Open();
            session.Say(3);
            session.Checkpoint();
            session.AwaitCopy();
            session.Close();
        }
        else
        {
            Assert.False(Verify().IsIntact);
        }

        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();
        Assert.All(outcome.Unhealed, left => Assert.Equal("unverifiable", left.Kind)); // it may have gone on behind the checkpoint
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(whole));
        Assert.All(Verify().Damage, left => Assert.Equal("unverifiable", left.Kind));
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);

        void End()
        {
            if (wasKilled) session.Die();
            else session.Close();
        }
    }

    private VerificationReport Verify() => new Verifier(Logs) { IncludesArchive = true }.Run();

    private static void CopyAll(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
