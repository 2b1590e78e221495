namespace Steno.EndToEnd.Support;

/// <summary>Waits for a condition with a deadline: what tests do instead of sleeping.</summary>
internal static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T>> read, Func<T, bool> holds, TimeSpan limit, string what)
    {
        using CancellationTokenSource deadline = new(limit);
        T last = await read();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (!holds(last))
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what}. Last seen: {last}");
            await timer.WaitForNextTickAsync();
            last = await read();
        }

        return last;
    }
}
