using System.Runtime.InteropServices;

namespace Steno.Core.Files;

/// <summary>Whether the process may open more files at the moment.</summary>
internal static class FreeDescriptors
{
    /// <summary>
    /// Opens something so many times, and closes it again: what begins after this will hardly stop half-way
    /// for want of descriptors.
    /// </summary>
    /// <exception cref="StorageException">There are not as many: see
    /// <see cref="StorageException.IsOutOfDescriptors"/>.</exception>
    public static void Require(int count)
    {
        if (OperatingSystem.IsWindows()) return;
        const string anything = "/dev/null";
        Stack<int> opened = [];
        try
        {
            while (opened.Count < count)
            {
                int descriptor = NativeMethods.Open(anything, NativeMethods.OpenReadOnly);
                if (descriptor < 0) throw StorageException.FromErrno("open", anything, Marshal.GetLastPInvokeError());
                opened.Push(descriptor);
            }
        }
        finally
        {
            foreach (int descriptor in opened) _ = NativeMethods.Close(descriptor); // nothing was written
        }
    }
}
