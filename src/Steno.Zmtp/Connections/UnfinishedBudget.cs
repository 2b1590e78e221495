namespace Steno.Zmtp.Connections;

/// <summary>Memory that the unfinished messages of all accepted peers of a socket may hold together.
/// Thread-safe.</summary>
internal sealed class UnfinishedBudget(long budgetBytes)
{
    private long _held;

    public bool TryAdd(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= budgetBytes || bytes <= 0) return true;
        Interlocked.Add(ref _held, -bytes);
        return false;
    }
}
