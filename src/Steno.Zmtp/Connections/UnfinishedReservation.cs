namespace Steno.Zmtp.Connections;

/// <summary>One peer's part of an <see cref="UnfinishedBudget"/>. Buffers up to 1 MiB are free: they are
/// bounded by the number of connections.</summary>
internal sealed class UnfinishedReservation(UnfinishedBudget budget) : IDisposable
{
    private const int FreeBytes = 1 << 20;

    private long _held;

    public bool TryHold(int bufferBytes)
    {
        long wanted = bufferBytes <= FreeBytes ? 0 : bufferBytes;
        if (wanted == _held) return true;
        if (!budget.TryAdd(wanted - _held)) return false;
        _held = wanted;
        return true;
    }

    public void Dispose() => TryHold(0);
}
