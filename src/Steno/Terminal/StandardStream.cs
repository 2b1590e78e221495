using System.Runtime.InteropServices;

namespace Steno.Terminal;

/// <summary>
/// A standard stream that tells when its reader has gone. The console's own swallows that error, and
/// <c>steno tail | head -3</c> would write to nobody for ever.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    // The same numbers on Linux, macOS and the BSDs, but for EAGAIN.
    private const int Interrupted = 4;
    private const short PollOut = 4;
    private const short PollError = 8;
    private const short PollHungUp = 16;
    private static readonly int TryAgain = OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>At the end, for a terminal that takes nothing: whoever waits for the process waits for this, too.</summary>
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(1);

    private readonly int _descriptor;
    private BackgroundWriter? _background;

    private StandardStream(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static Stream Output() =>
        OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardStream(1);

    public static Stream Error() =>
        OperatingSystem.IsWindows() ? Console.OpenStandardError() : new StandardStream(2);

    /// <summary>
    /// Whether whoever read the other end of the pipe or terminal has gone. Always false for a file.
    /// </summary>
    public bool IsReaderGone
    {
        get
        {
            var look = new PollDescriptor { Descriptor = _descriptor };
            return poll(ref look, 1, 0) > 0 && (look.ReturnedEvents & (PollError | PollHungUp)) != 0;
        }
    }

    /// <summary>
    /// From now on no write waits for who reads, nor tells that nobody does: see <see cref="BackgroundWriter"/>.
    /// </summary>
    public void WriteInBackground() => _background ??= new BackgroundWriter(WriteAll);

    /// <summary>Writes what still waits, as far as it is taken within a second.</summary>
    public void FinishBackground() => _background?.Finish(PatienceAtTheEnd);

    /// <exception cref="OutputClosedException">Nobody reads any more, or the disk behind it is
    /// full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_background is { } background) background.Write(buffer);
        else WriteAll(buffer);
    }

    private void WriteAll(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = write(_descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            // A parent may have made the terminal non-blocking: wait until it takes more.
            if (error == TryAgain) WaitUntilWritable();
            else if (error != Interrupted) throw new OutputClosedException(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitUntilWritable()
    {
        var wait = new PollDescriptor { Descriptor = _descriptor, Events = PollOut };
        _ = poll(ref wait, 1, -1);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
