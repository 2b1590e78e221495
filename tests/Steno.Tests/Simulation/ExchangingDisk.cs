using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Tests.Simulation;

/// <summary>
/// The real disk, on which another directory takes the place of one of ours just before one call that has names, and
/// gives it back behind it. What the second copy's thread does is not counted.
/// </summary>
/// <param name="ours">Absolute.</param>
/// <param name="other">Absolute.</param>
internal sealed class ExchangingDisk(string ours, string other) : DiskCalls
{
    private static readonly TimeSpan Stay = TimeSpan.FromMilliseconds(5);

    private readonly string _aside = ours + ".aside";
    private int _call;
    private bool _stays;
    private Task _back = Task.CompletedTask;

    /// <summary>Calls since <see cref="Arm"/>.</summary>
    public int Calls { get; private set; }

    /// <param name="call">The first is 1; 0: none.</param>
    /// <param name="stays">It has the place for some milliseconds more.</param>
    public void Arm(int call, bool stays) => (_call, _stays, Calls) = (call, stays, 0);

    /// <summary>Each directory is in its place again.</summary>
    public Task BackAsync() => _back;

    public override FileStream Open(string path, FileMode mode, FileShare share)
    {
        FileStream? stream = null;
        During(() => stream = base.Open(path, mode, share));
        return stream!;
    }

    public override void Rename(string from, string to) => During(() => base.Rename(from, to));

    public override void Delete(string path) => During(() => base.Delete(path));

    public override void MakeDirectory(string path) => During(() => base.MakeDirectory(path));

    public override void SyncDirectory(string path) => During(() => base.SyncDirectory(path));

    private void During(Action call)
    {
        if (Thread.CurrentThread.Name == RecoveryFile.ThreadName || ++Calls != _call)
        {
            call();
            return;
        }

        Directory.Move(ours, _aside);
        Directory.Move(other, ours);
        try
        {
            call();
        }
        finally
        {
            if (_stays) _back = Task.Run(GiveBackLaterAsync);
            else GiveBack();
        }
    }

    private async Task GiveBackLaterAsync()
    {
        await Task.Delay(Stay, TimeProvider.System);
        GiveBack();
    }

    private void GiveBack()
    {
        Directory.Move(ours, other);
        Directory.Move(_aside, ours);
    }
}
