namespace Steno.Tests.Shared;

/// <summary>Waits for a condition with a deadline: what tests do instead of sleeping.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task<T> GetAsync<T>(
        Func<Task<T>> read, Func<T, bool> holds, TimeSpan limit, string what)
    {
        long began = TimeProvider.System.GetTimestamp();
        T last = await read();
        while (!holds(last))
        {
            if (TimeProvider.System.GetElapsedTime(began) > limit)
                throw new TimeoutException(
                    $"Not within {limit.TotalSeconds:0.#} s: {what}. Last seen: {last}");
            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
            last = await read();
        }

        return last;
    }

    public static Task BecomesTrueAsync(Func<bool> condition, string what, double seconds = 10) =>
        GetAsync(() => Task.FromResult(condition()), holds => holds, TimeSpan.FromSeconds(seconds), what);
}
