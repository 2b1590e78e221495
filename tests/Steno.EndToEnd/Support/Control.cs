using Xunit.Sdk;

namespace Steno.EndToEnd.Support;

/// <summary>
/// A check is worth something only if it can fail: the same one is run where it must turn red.
/// </summary>
internal static class Control
{
    /// <param name="fault">What is wrong, so that <paramref name="check"/> must find it.</param>
    public static async Task IsRedAsync(string fault, Func<Task> check) =>
        Assert.True(await FailsAsync(check), $"The check stays green although {fault}: it proves nothing.");

    public static async Task<bool> FailsAsync(Func<Task> check)
    {
        try
        {
            await check();
            return false;
        }
        catch (Exception e) when (e is XunitException or TimeoutException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"control: {e.Message.Split('\n')[0]}");
            return true;
        }
    }

    public static Task IsRedAsync(string fault, Action check) => IsRedAsync(fault, () =>
    {
        check();
        return Task.CompletedTask;
    });
}
