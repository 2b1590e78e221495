using System.ComponentModel;
using Steno.Configuration;
using Steno.Core.Files;
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

    /// <summary>The last of what it said itself; null if it said nothing.</summary>
    public string? LogTail => Daemon.LogTail(_log, _logBegins) is { Length: > 0 } said ? said : null;

    /// <summary>That it ended at once, with its own words where it could write them.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="hint">What to do, once its log says why.</param>
    public LaunchException EndedAtOnce(string what, int exitCode, string hint)
    {
        string? said = LogTail;
        return new LaunchException($"The {what} ended at once (exit code {exitCode}).", said is null ? Silence() : hint, said);
    }

    private string Silence()
    {
        string room = FreeSpace.Of(Path.GetDirectoryName(_log)!) is { } free ? $": {ByteSize.Format(free)} are free there" : "";
        return $"It could not even write why to {_log}. Is the volume full{room}? Make room, then start again.";
    }

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
