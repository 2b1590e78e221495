namespace Steno.Tests.Shared;

/// <summary>Waits for a condition with a deadline: what tests do instead of sleeping.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <param name="longest">
    /// Between two looks, where each has a price, such as a process: they become rarer up to this, and the last is at the
    /// limit. Null: 5 ms.
    /// </param>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> read, Func<T, bool> holds, TimeSpan limit, string what, TimeSpan? longest = null)
    {
        long began = TimeProvider.System.GetTimestamp();
        TimeSpan pause = Look;
        T last = await read();
        while (!holds(last))
        {
            TimeSpan left = limit - TimeProvider.System.GetElapsedTime(began);
            if (left < TimeSpan.Zero)
                throw new TimeoutException(
                    $"Not within {limit.TotalSeconds:0.#} s: {what}. Last seen: {last}");
            await Task.Delay(left < pause ? left : pause, TimeProvider.System, TestContext.Current.CancellationToken);
            if (longest is { } most) pause = pause * 2 < most ? pause * 2 : most;
            last = await read();
        }

        return last;
    }

    public static Task BecomesTrueAsync(Func<bool> condition, string what, double seconds = 10) =>
        GetAsync(() => Task.FromResult(condition()), holds => holds, TimeSpan.FromSeconds(seconds), what);
}
