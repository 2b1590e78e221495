using System.Runtime.InteropServices;

namespace Steno.Terminal;

/// <summary>Standard output cannot be written any more.</summary>
internal sealed class OutputClosedException(int error)
    : IOException(Marshal.GetPInvokeErrorMessage(error), error)
{
    /// <summary>Whether the reader has gone, as <c>head</c> does: no error, only the end.</summary>
    public bool IsReaderGone { get; } = error == BrokenPipe;

    private const int BrokenPipe = 32;
}
