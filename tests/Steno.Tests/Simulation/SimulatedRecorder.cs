using System.Globalization;
using System.Text;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Simulation;

/// <summary>
/// The recorder from the composed line to the disk, over many lives, on a disk, a clock and a wire that are made
/// up. The product's code is the real one. It remembers all that was called recorded, to the byte.
/// </summary>
internal sealed class SimulatedRecorder : IDisposable
{
    private static readonly DateTimeOffset Beginning = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly string _root = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steno-{Guid.NewGuid():N}");
    private readonly SteppedClock _clock = new(Beginning);
    private readonly List<string> _recorded = [];
    private readonly HashSet<string> _heard = [];
    private readonly bool _liesAboutSyncs;
    private readonly bool _liesAboutNames;
    private int _moves;
    private ModelDisk _disk;
    private LogDirectory _logs;
    private byte[] _journal = [];
    private byte[] _copy = [];

    /// <summary>Told what happens, for whoever looks for the cause of a violation.</summary>
    public Action<string>? Trace { get; }

    public SimulatedRecorder(bool liesAboutSyncs = false, bool liesAboutNames = false, Action<string>? trace = null)
    {
        Trace = trace;
        (_liesAboutSyncs, _liesAboutNames) = (liesAboutSyncs, liesAboutNames);
        string first = Path.Combine(_root, "0");
        Directory.CreateDirectory(Path.Combine(first, "recovery"));
        // As of a recorder before: for a new one, all processes of the machine are asked who holds the journal.
        File.Create(new LogDirectory(first).LockFile).Dispose();
        (_disk, _logs) = Take(first);
    }

    /// <summary>Lines that were called recorded.</summary>
    public int Recorded => _recorded.Count;

    /// <summary>Calls of the disk in the last life.</summary>
    public int Calls { get; private set; }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <param name="survival">Of what is cached when the power goes; null: chance decides.</param>
    public void Live(Life life, Survival? survival = null)
    {
        Random chance = new(life.Chance);
        _disk.Arm(life.Faults);
        Run(life, chance);
        Calls = _disk.Calls;
        _copy = _copy.Length == 0 || chance.Next(3) > 0 ? _journal[..chance.Next(_journal.Length + 1)] : _copy;
        if (_disk.IsOff || life.End is LifeEnd.PowerCut) CutPower(survival ?? Survival.OfSome(chance));
        _disk.CloseAll();
        PutCopy();
    }

    /// <summary>Starts once more on a disk that does its work, and twice. Null if all is as it must be.</summary>
    public string? FindViolation()
    {
        _disk.Arm();
        byte[] journal;
        OpenedSession again;
        try
        {
            Reopen();
            journal = File.ReadAllBytes(_logs.CurrentJournal);
            again = Reopen();
        }
        catch (StenoException e)
        {
            return $"a start fails on a disk that does its work: {e.Message}";
        }

        if (File.Exists(_logs.LoadingJournal) || File.Exists(_logs.LoadingSession)) return "what was built for a load is left";
        if (!journal.AsSpan().SequenceEqual(File.ReadAllBytes(_logs.CurrentJournal))) return "a second start changes the journal";
        // A torn end is told, since it may have been recorded; anything else would be somebody's doing.
        KnownDamage? invented = again.Manifest.KnownDamage.FirstOrDefault(damage => damage.Kind != "torn");
        if (invented is not null) return $"damage is told where nobody did any: {invented.Description}";
        return JournalOracle.FindViolation(_logs, _recorded, _heard, powerWasCut: _moves > 0);
    }

    private OpenedSession Reopen()
    {
        OpenedSession opened = Open(TestComposer.New());
        opened.Close();
        return opened;
    }

    private void Run(Life life, Random chance)
    {
        LiveSession? live = null;
        try
        {
            LineComposer composer = TestComposer.New();
            bool isFirstRepair = life.Steps is [LifeStep.Recover, ..];
            if (isFirstRepair) Repair();
            live = Start(composer);
            foreach (LifeStep step in life.Steps.Skip(isFirstRepair ? 1 : 0))
            {
                Trace?.Invoke(step.ToString());
                if (step is LifeStep.StopAndStart or LifeStep.Recover)
                {
                    live.Close();
                    live.Dispose();
                    live = null;
                    if (step is LifeStep.Recover) Repair();
                    live = Start(composer);
                }

                Do(step, live, composer, chance);
            }

            if (life.End is LifeEnd.Stopped) live.Close();
        }
        catch (Exception e) when (e is StorageException or JournalFailedException)
        {
            Trace?.Invoke(e.Message);
            live?.Rescue(); // what the daemon does when recording has ended by a failure
        }
        finally
        {
            live?.Dispose();
        }
    }

    /// <summary>
    /// What a start writes is called recorded when it is through: one that is interrupted while it mends is made
    /// again, and nobody has been told of anything.
    /// </summary>
    private OpenedSession Open(LineComposer composer)
    {
        int before = _recorded.Count;
        try
        {
            OpenedSession opened = new SessionOpener(_logs, composer, _clock, Tell).Open();
            foreach (string note in opened.Recovery.Notes) Trace?.Invoke(note);
            return opened;
        }
        catch
        {
            _recorded.RemoveRange(before, _recorded.Count - before);
            throw;
        }
    }

    /// <summary>What <c>steno recover</c> does.</summary>
    private void Repair()
    {
        RecoveryOutcome outcome = new LogRecovery(_logs, _clock).Run();
        foreach (RecoveryAction action in outcome.Actions) Trace?.Invoke($"repaired: {action}");
    }

    private LiveSession Start(LineComposer composer)
    {
        OpenedSession opened = Open(composer);
        _journal = File.ReadAllBytes(_logs.CurrentJournal);
        LiveSession live = new(opened, _logs, composer, _clock, Tell, said => Trace?.Invoke(said), reserveBytes: 0);
        live.LosePatienceAfter(TimeSpan.Zero); // nobody makes room here
        return live;
    }

    private void Do(LifeStep step, LiveSession live, LineComposer composer, Random chance)
    {
        switch (step)
        {
            case LifeStep.Hear:
                for (int n = chance.Next(1, 4); n > 0; n--) Hear(live, composer, chance.Next(80));
                break;
            case LifeStep.HearLong:
                Hear(live, composer, chance.Next(400, 9000));
                break;
            case LifeStep.Flush:
                live.Flush();
                break;
            case LifeStep.Commit:
                live.Commit();
                break;
            case LifeStep.Look:
                _clock.Advance(TimeSpan.FromSeconds(1));
                live.Look();
                break;
            case LifeStep.Vouch:
                live.Commit();
                live.Current.Record.Vouch(live.Current.Writer.DurableEnd);
                break;
            case LifeStep.SessionNew:
                live.Ask(SuccessionOrder.New(null));
                live.SucceedIfDue();
                break;
            case LifeStep.Rotate:
                live.RotateAtBytes = 1;
                live.SucceedIfDue();
                live.RotateAtBytes = 0;
                break;
            case LifeStep.LoadCheckpoint:
                new SimulatedLoad(_logs, _clock).Run(live, chance);
                if (File.Exists(_logs.CurrentJournal)) _journal = File.ReadAllBytes(_logs.CurrentJournal);
                break;
            case LifeStep.ClockForward:
                _clock.Advance(TimeSpan.FromDays(chance.Next(1, 900)));
                break;
            case LifeStep.ClockBack:
                _clock.SetWall(Beginning.AddDays(-chance.Next(1, 900)));
                break;
        }
    }

    private void Hear(LiveSession live, LineComposer composer, int length)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{_heard.Count}: {new string('x', length)}");
        _heard.Add(text);
        byte[] payload = Encoding.UTF8.GetBytes(
            $$$"""{"message_id":"m-{{{_heard.Count}}}","sender_id":"claude","content":{"message":"{{{text}}}"}}""");
        LineBuffer line = live.BeginLine();
        composer.Compose(
            new CapturedMessage
            {
                Buffer = payload,
                Frames = new[] { ..payload.Length },
                Source = MessageSource.Broker,
                ReceivedAt = _clock.GetUtcNow(),
            },
            live.NextSeq, line);
        live.EndLine(_clock.GetUtcNow());
    }

    /// <summary>On the thread that committed; nothing else of this object runs then.</summary>
    private void Tell(JournalBatch batch)
    {
        if (batch.FirstSeq == 1) _journal = [];
        _journal = [.. _journal, .. batch.Lines.Span];
        Trace?.Invoke($"recorded {batch.FirstSeq} to {batch.LastSeq}");
        string lines = Encoding.UTF8.GetString(batch.Lines.Span);
        _recorded.AddRange(lines[..^1].Split('\n').Select(line => line + "\n"));
    }

    private void CutPower(Survival survival)
    {
        string next = Path.Combine(_root, (++_moves).ToString(CultureInfo.InvariantCulture));
        _disk.WriteAfterPowerCut(next, survival);
        Directory.Delete(_logs.Root, recursive: true);
        Trace?.Invoke("-- the power was cut");
        (_disk, _logs) = Take(next);
    }

    /// <summary>The second copy follows the journal at some distance, and may be of the life before.</summary>
    private void PutCopy()
    {
        string recovery = Path.GetDirectoryName(_logs.RecoveryFile)!;
        foreach (string path in Directory.GetFiles(recovery, "kept_*")) File.Delete(path);
        File.WriteAllBytes(_logs.RecoveryFile, _copy);
        Trace?.Invoke($"-- the copy has {_copy.Length} bytes");
    }

    private (ModelDisk Disk, LogDirectory Logs) Take(string path)
    {
        ModelDisk disk = new(path) { LiesAboutSyncs = _liesAboutSyncs, LiesAboutNames = _liesAboutNames, Trace = Trace };
        return (disk, new LogDirectory(path, new Disk(disk)));
    }
}
