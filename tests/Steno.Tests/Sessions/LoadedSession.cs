using System.Globalization;
using System.Text;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>A session that is recorded by the product's own code, without a recorder around it.</summary>
internal sealed class LoadedSession : IDisposable
{
    private readonly LineComposer _composer = TestComposer.New();
    private readonly TimeProvider _time;
    private LiveSession? _live;
    private int _said;

    /// <param name="disk">Null: the real one.</param>
    /// <param name="time">Null: the system's.</param>
    public LoadedSession(string logs, Disk? disk = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Logs = new LogDirectory(logs, disk ?? Disk.Real);
        Disk.Real.CreateDirectory(logs);
        Open();
    }

    public LogDirectory Logs { get; }

    public LiveSession Live => _live!;

    public SessionManifest Manifest => Live.Current.Manifest;

    public string[] Lines => File.ReadAllLines(Logs.CurrentJournal);

    public void Dispose() => _live?.Dispose();

    public OpenedSession Open()
    {
        OpenedSession opened = new SessionOpener(Logs, _composer, _time).Open();
        _live = new LiveSession(opened, Logs, _composer, _time, null, _ => { }, reserveBytes: 0);
        return opened;
    }

    /// <summary>Without a word, as by kill -9; what was durable is.</summary>
    public void Die()
    {
        _live?.Dispose();
        _live = null;
    }

    public void Close()
    {
        Assert.True(Live.Close());
        Die();
    }

    /// <param name="metadata">A member of the message, with its comma.</param>
    /// <param name="commit">Whether it is durable on return.</param>
    public void Say(int count, string metadata = "", bool commit = true)
    {
        for (int n = 0; n < count; n++)
        {
            _said++;
            byte[] payload = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $$$"""{"message_id":"m-{{{_said}}}","sender_id":"claude","content":{"message":"number {{{_said}}}"}{{{metadata}}}}"""));
            CapturedMessage message = new()
            {
                Buffer = payload,
                Frames = new[] { ..payload.Length },
                Source = MessageSource.Broker,
                ReceivedAt = _time.GetUtcNow(),
            };
            LineBuffer line = Live.BeginLine();
            _composer.Compose(message, Live.NextSeq, line);
            Live.EndLine(message.ReceivedAt);
        }

        if (commit) Live.Commit();
    }

    public CheckpointManifest Checkpoint(string? label = null) => new CheckpointStore(Logs, _time).Create(
        CheckpointSubjects.Of(Manifest, Logs, Live.Current.Writer.DurableEnd), new CheckpointRequest(CheckpointReason.Manual, label))!;

    public Succession New(string? name = null) => Carry(SuccessionOrder.New(name));

    public CheckpointLoader Loader() => new(Logs, TestComposer.New(), _time);

    public Succession Load(LoadSource source)
    {
        CheckpointLoader loader = Loader();
        Succession done = Carry(SuccessionOrder.Load(source.Prepare(loader)));
        loader.Finish();
        return done;
    }

    /// <summary>Waits for the second copy of the current journal to have all of it.</summary>
    public void AwaitCopy() => Assert.True(SpinWait.SpinUntil(IsCopied, TimeSpan.FromSeconds(10)));

    private bool IsCopied()
    {
        try
        {
            return File.ReadAllBytes(Logs.RecoveryFile).AsSpan().SequenceEqual(File.ReadAllBytes(Logs.CurrentJournal));
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // One of another session has gone, and the new one is not there yet.
        }
    }

    private Succession Carry(SuccessionOrder order)
    {
        Live.Ask(order);
        Live.SucceedIfDue();
        return order.Done.GetAwaiter().GetResult();
    }
}
