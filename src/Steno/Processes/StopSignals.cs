using System.Runtime.InteropServices;

namespace Steno.Processes;

/// <summary>
/// Ctrl+C, SIGTERM and a closed terminal as a request to stop in good order. A second Ctrl+C ends the process
/// at once: whoever presses it twice means it, and the next start repairs.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    /// <summary>Cancelled at the first request.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Completes at the first request, with what asked for it.</summary>
    public Task<string> Requested => _requested.Task;

    /// <summary>Asks as a signal would. May be called often.</summary>
    public void Request(string reason)
    {
        if (_requested.TrySetResult(reason)) _stop.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && _requested.Task.IsCompleted) return; // uncancelled: the process ends
        context.Cancel = true;
        Request(context.Signal == PosixSignal.SIGINT ? "Ctrl+C" : context.Signal.ToString());
    }
}
