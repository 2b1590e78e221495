using System.ComponentModel;
using Steno.Processes;

namespace Steno.Launching;

/// <summary>A daemon that this <c>start</c> launched, with where its words begin in its log.</summary>
internal sealed class Launched
{
    /// <summary>It has recorded nothing yet that is worth waiting for.</summary>
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(5);

    private readonly DetachedProcess _process;
    private readonly string _log;
    private readonly long _logBegins;

    private Launched(DetachedProcess process, string log, long logBegins) =>
        (_process, _log, _logBegins) = (process, log, logBegins);

    public ProcessIdentity Identity => _process.Identity;

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => _process.ExitCode;

    /// <summary>The last of what it said itself.</summary>
    public string LogTail => Daemon.LogTail(_log, _logBegins);

    /// <exception cref="LaunchException">The system refuses.</exception>
    public static Launched Start(IReadOnlyList<string> arguments, string log, string workingDirectory)
    {
        long begins = Daemon.LogEnd(log);
        try
        {
            return new Launched(Daemon.Start(arguments, log, workingDirectory), log, begins);
        }
        catch (Win32Exception refused)
        {
            throw new LaunchException(
                $"{Executable.Path} {arguments[0]} cannot be started in the background: {refused.Message}.",
                $"`steno {arguments[0]}` runs it in the foreground.");
        }
    }

    /// <summary>Takes the launch back. Not cancelled: whoever presses Ctrl+C wants it gone.</summary>
    public async Task EndAsync(TimeProvider time)
    {
        Identity.AskToEnd();
        if (!await Identity.WaitForEndAsync(EndDeadline, time, CancellationToken.None).ConfigureAwait(false))
            Identity.EndAtOnce();
    }
}
