namespace Steno.Tests.Zmtp;

/// <summary>Waits for a condition, with a deadline; never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task BecomesTrueAsync(Func<bool> condition, string what, double seconds = 10)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > seconds)
                Assert.Fail($"Within {seconds} s it did not come about that {what}.");
            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
