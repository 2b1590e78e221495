using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Simulation;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>A session of 50 lines comes back from a checkpoint of the first 45, and nothing that is left states, or has, one behind them.</summary>
public sealed class UnknownEndTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly SessionManifest _session;
    private readonly byte[] _checkpointed;

    public UnknownEndTests()
    {
        Logs = new LogDirectory(_directory.Join("logs"));
        using LoadedSession session = new(Logs.Root);
        session.Say(44);
        session.Checkpoint();
        _session = session.Manifest;
        _checkpointed = File.ReadAllBytes(Logs.CurrentJournal);
        session.Live.Current.Record.Vouch(session.Live.Current.Writer.DurableEnd);
        session.Say(5);
        session.AwaitCopy();
        session.Die();
    }

    private LogDirectory Logs { get; }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true, "empty", "gone")]
    [InlineData(false, "empty", "gone")]
    [InlineData(true, "gone", "gone")]
    [InlineData(false, "gone", "damaged")]
    [InlineData(true, "empty", "another's")]
    [InlineData(false, "empty", "another's")]
    [InlineData(false, "gone", "another's")]
    [InlineData(true, "empty", "whole")]
    [InlineData(false, "empty", "whole")]
    [InlineData(true, "cut", "whole")]
    [InlineData(false, "cut", "gone")]
    public void That_its_end_is_not_known_is_named_once_and_it_is_not_called_whole(bool start, string journal, string file)
    {
        Leave(journal, file);
        File.Delete(Logs.RecoveryFile);
        RecoveryOutcome planned = Recover(Logs, isDryRun: true);
        if (start) Start(Logs);
        RecoveryOutcome done = Recover(Logs);

        string what = Assert.Single(done.Unhealed).What;
        Assert.Contains("Lines behind line 45 of the journal may be lost, and their numbers are given to others", what, StringComparison.Ordinal);
        Assert.Equal([what], planned.Unhealed.Select(damage => damage.What));
        if (!start) Assert.Equal(Mended(done), Mended(planned));
        if (!start) Assert.Equal(("unknown", what), (Current.Verdict!.Value, Current.Verdict.Reason));
        AssertNamedOnce(Logs, what);
        Assert.Equal([what], new Verifier(Logs).Run().Damage.Select(damage => damage.What));
        Assert.Empty(Recover(Logs).Actions);

        Start(Logs);
        Recover(Logs);
        Assert.Equal([what], Recover(Logs).Unhealed.Select(damage => damage.What));
        AssertNamedOnce(Logs, what);
    }

    /// <summary>The control: something is left that says where it ended.</summary>
    [Theory]
    [InlineData(true, "second copy")]
    [InlineData(false, "second copy")]
    [InlineData(true, "stopped")]
    [InlineData(false, "stopped")]
    [InlineData(true, "length")]
    [InlineData(false, "length")]
    public void Where_its_end_is_known_it_is_whole(bool start, string by)
    {
        SessionManifest file = Current;
        Leave("gone", by == "second copy" ? "whole" : "gone");
        File.Delete(Logs.RecoveryFile);
        if (by == "second copy") File.WriteAllBytes(Logs.RecoveryFile, _checkpointed);
        if (by == "stopped") (file with { Stopped = true }).Save(Logs.Disk, Logs.SessionFile);
        if (by == "length") File.WriteAllBytes(Logs.CurrentJournal, new byte[_checkpointed.Length]);
        Assert.True(Recover(Logs, isDryRun: true).IsWhole);
        if (start) Start(Logs);
        Assert.True(Recover(Logs).IsWhole);
        Assert.Empty(Current.KnownDamage);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_interrupted_start_or_recovery_comes_to_the_same(bool start)
    {
        Leave("empty", "gone");
        File.Delete(Logs.RecoveryFile);
        string what = Assert.Single(Recover(Logs, isDryRun: true).Unhealed).What;
        bool isDone = false;
        for (int call = 1; !isDone; call += 2)
        {
            string root = $"{Logs.Root}-{call}";
            Copies.Directory(Logs.Root, root);
            ModelDisk disk = new(root);
            disk.Arm(new DiskFault(call, DiskFaultKind.PowerCut, ForGood: true));
            LogDirectory cut = new(root, new Disk(disk));
            try
            {
                if (start) Start(cut);
                else new LogRecovery(cut, TimeProvider.System).Run();
                isDone = true;
            }
            catch (StenoException) when (disk.IsOff)
            {
                // What it leaves is looked at.
            }

            LogDirectory left = new($"{root}-after");
            disk.WriteAfterPowerCut(left.Root, call % 4 == 1 ? Survival.OfNothing : Survival.OfEverything);
            Assert.Equal([what], Recover(left).Unhealed.Select(damage => damage.What));
            AssertNamedOnce(left, what);
            Directory.Delete(root, recursive: true);
            Directory.Delete(left.Root, recursive: true);
        }
    }

    private SessionManifest Current => SessionManifest.Load(Logs.SessionFile)!;

    private void Leave(string journal, string file)
    {
        if (journal == "gone") File.Delete(Logs.CurrentJournal);
        else File.WriteAllBytes(Logs.CurrentJournal, journal == "cut" ? TwoSessions.LinesOf(_checkpointed, 1, 30) : []);
        if (file == "gone") File.Delete(Logs.SessionFile);
        if (file == "damaged") File.WriteAllBytes(Logs.SessionFile, new byte[300]);
        if (file != "another's") return;
        using TwoSessions others = new();
        File.Copy(others.Logs.SessionFile, Logs.SessionFile, overwrite: true);
    }

    private void AssertNamedOnce(LogDirectory logs, string what)
    {
        Assert.True(File.ReadAllBytes(logs.CurrentJournal).AsSpan().StartsWith(_checkpointed));
        SessionManifest session = SessionManifest.Load(logs.SessionFile)!;
        KnownDamage known = Assert.Single(session.KnownDamage);
        Assert.Equal((_session.Id, what, true, false), (session.Id, known.Description, known.IsUnknownEnd, known.IsLoss));
        Assert.Single(File.ReadLines(logs.CurrentJournal), line => line.Contains("\"kind\":\"unknown_end\"", StringComparison.Ordinal));
    }

    private static void Start(LogDirectory logs) => new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close();

    private static RecoveryOutcome Recover(LogDirectory logs, bool isDryRun = false) => new LogRecovery(logs, TimeProvider.System) { IsDryRun = isDryRun }.Run();

    private static string[] Mended(RecoveryOutcome outcome) => [.. outcome.Actions.Select(action => Path.GetFileName(action.File)).Distinct().Order(StringComparer.Ordinal)];
}
