namespace Steno.Zmtp.Receiving;

/// <summary>A writer that waits for room in a <see cref="ReceiveQueue"/>. Admitted, refused or cancelled:
/// whoever comes first decides, once.</summary>
internal sealed class WaitingWrite(ReceivedBatch batch)
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReceivedBatch Batch => batch;

    public bool IsCancelled => _decided.Task.IsCanceled;

    public bool TryAdmit() => _decided.TrySetResult();

    public bool TryRefuse(Exception reason) => _decided.TrySetException(reason);

    public async Task WaitAsync(ReceiveQueue queue, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                (WaitingWrite self, ReceiveQueue queue) = ((WaitingWrite, ReceiveQueue))state!;
                if (!self._decided.TrySetCanceled(token)) return;
                self.Batch.Dispose();
                queue.Forget();
            },
            (this, queue));
        try
        {
            await _decided.Task.ConfigureAwait(false);
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
        }
    }
}
