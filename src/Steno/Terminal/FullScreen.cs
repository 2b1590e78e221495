using System.Runtime.InteropServices;
using System.Text;

namespace Steno.Terminal;

/// <summary>
/// The whole terminal, painted again in place: on its alternate screen, so that what stood there before comes
/// back at the end, after Ctrl+Z, and when it throws. Any thread.
/// </summary>
internal sealed partial class FullScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l\e[2J";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";
    private const string Reversed = "\e[7m";
    private const string Ordinary = "\e[0m";

    /// <summary>When the terminal does not say: as small as they come.</summary>
    private const int OrdinaryColumns = 80;
    private const int OrdinaryRows = 24;

    /// <summary>SIGSTOP, for which .NET has no name.</summary>
    private static readonly int StopSignal = OperatingSystem.IsLinux() ? 19 : 17;

    private readonly TerminalMode? _mode = TerminalMode.Find();
    private readonly Lock _writing = new();
    private readonly Screen _screen;
    private readonly Action<FullScreen> _repaint;
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isEntered;
    private bool _isDisposed;

    /// <summary>Before anything reads keys, for it keeps how the terminal was.</summary>
    /// <param name="screen">An addressable one; nobody else writes to it meanwhile.</param>
    /// <param name="repaint">Called on any thread when the size has changed, or the screen is ours again.</param>
    public FullScreen(Screen screen, Action<FullScreen> repaint)
    {
        _screen = screen;
        _repaint = repaint;
        _registrations = OperatingSystem.IsWindows() ? [] :
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _repaint(this)),
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => Stop()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => TakeBack()),
        ];
        SetEntered(true);
    }

    /// <summary>
    /// Columns and rows now. One column less than there are: a terminal that has written into its last one
    /// clears it with what follows.
    /// </summary>
    public static (int Columns, int Rows) Size()
    {
        try
        {
            return (Math.Max(2, Console.WindowWidth) - 1, Math.Max(2, Console.WindowHeight));
        }
        catch (Exception unknown) when (unknown is IOException or PlatformNotSupportedException)
        {
            return (OrdinaryColumns - 1, OrdinaryRows);
        }
    }

    /// <summary>One write, and no line is cleared before it is written: nothing flickers.</summary>
    /// <param name="lines">As many as there are rows, at most; no wider than <see cref="Size"/>.</param>
    /// <param name="standOut">So many of the first lines are shown reversed, over the whole width.</param>
    public void Paint(IReadOnlyList<string> lines, int standOut)
    {
        var frame = new StringBuilder(Home, 4096);
        for (int n = 0; n < lines.Count; n++)
        {
            if (n > 0) frame.Append("\r\n");
            // What is cleared takes the colour of the moment: a reversed line is so up to the edge.
            if (n < standOut) frame.Append(Reversed).Append(lines[n]).Append(ClearLine).Append(Ordinary);
            else frame.Append(lines[n]).Append(ClearLine);
        }

        frame.Append(ClearBelow);
        lock (_writing)
        {
            if (!_isEntered) return;
            Write(frame.ToString());
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        lock (_writing)
        {
            SetEntered(false);
            _isDisposed = true;
        }
    }

    /// <summary>
    /// Ctrl+Z: the shell finds its screen as it was. The runtime does not stop a process that hears the signal.
    /// </summary>
    private void Stop()
    {
        SetEntered(false);
        _mode?.Restore(); // the runtime makes it what it needs when it goes on
        _ = kill(Environment.ProcessId, StopSignal);
    }

    private void TakeBack()
    {
        SetEntered(true);
        _repaint(this);
    }

    private void SetEntered(bool entered)
    {
        lock (_writing)
        {
            if (_isEntered == entered || _isDisposed) return;
            _isEntered = entered;
            Write(entered ? Enter : Leave);
        }
    }

    private void Write(string sequence)
    {
        try
        {
            _screen.Control(sequence);
            _screen.Flush();
        }
        catch (OutputClosedException)
        {
            // The terminal has gone: who waits between two paintings sees that by itself.
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
