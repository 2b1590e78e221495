namespace Steno.Core.Files;

/// <summary>For work that may wait while others have something to do.</summary>
public static class LowPriority
{
    /// <summary>
    /// Of the calling thread, for good. Linux only: there a thread has a niceness of its own, which the managed
    /// priority does not set. Elsewhere it does nothing, and nothing depends on it.
    /// </summary>
    /// <param name="niceness">0 to 19.</param>
    public static void OfThisThread(int niceness)
    {
        if (OperatingSystem.IsLinux())
            _ = NativeMethods.SetPriority(NativeMethods.PriorityOfProcess, 0, niceness); // a wish: may be refused
    }
}
