using System.ComponentModel;
using Steno.Processes;

namespace Steno.Tests.Processes;

public sealed class DetachedProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    // 1 to 31; those behind are glibc's own.
    private const long StandardSignals = 0x7FFF_FFFF;

    public static bool IsNotLinux => !OperatingSystem.IsLinux();

    private string Log => Path.Combine(_directory.Path, "out.log");

    public void Dispose() => _directory.Dispose();

    [Fact(Skip = "posix_spawn as on Linux", SkipWhen = nameof(IsNotLinux))]
    public async Task It_has_a_session_of_its_own_and_inherits_nothing_but_standard_streams()
    {
        // As a careless shell would leave it: a descriptor without close-on-exec.
        using FileStream inherited = File.Create(Path.Combine(_directory.Path, "inherited"));
        MakeInheritable(inherited);

        DetachedProcess process = Run("echo $(cut -d' ' -f6 /proc/$$/stat) $$; ls /proc/$$/fd; readlink /proc/$$/fd/0; pwd; trap");

        await EndAsync(process);
        string[] lines = ReadLog();
        string[] session = lines[0].Split(' ');
        Assert.Equal(session[0], session[1]);
        Assert.Equal(["0", "1", "2"], lines[1..4]);
        Assert.Equal("/dev/null", lines[4]);
        Assert.Equal(_directory.Path, lines[5]);
    }

    [Fact(Skip = "posix_spawn as on Linux", SkipWhen = nameof(IsNotLinux))]
    public async Task Its_environment_is_what_was_given_and_its_signals_are_as_at_birth()
    {
        DetachedProcess process = Run("env; grep -E 'SigIgn|SigBlk' /proc/self/status");

        await EndAsync(process);
        string log = string.Join('\n', ReadLog());
        Assert.Contains("GIVEN=yes", log, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", log, StringComparison.Ordinal);
        foreach (string set in ReadLog().Where(line => line.StartsWith("Sig", StringComparison.Ordinal)))
            Assert.Equal(0L, Convert.ToInt64(set.Split('\t')[1], 16) & StandardSignals);
    }

    [Fact(Skip = "posix_spawn as on Linux", SkipWhen = nameof(IsNotLinux))]
    public async Task Its_exit_code_is_seen_and_its_log_is_for_its_owner_only()
    {
        DetachedProcess process = Run("exit 7");

        await EndAsync(process);
        Assert.Equal(7, process.ExitCode);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
    }

    [Fact(Skip = "posix_spawn as on Linux", SkipWhen = nameof(IsNotLinux))]
    public async Task One_that_is_stopped_hears_that_it_shall_end()
    {
        DetachedProcess process = Run("kill -STOP $$; sleep 60");
        await UntilAsync(() => ProcessState.IsStopped(process.Identity.Pid));

        process.Identity.AskToEnd();

        await EndAsync(process);
        Assert.Equal(128 + 15, process.ExitCode);
    }

    [Fact]
    public void What_cannot_be_started_is_said() =>
        Assert.Throws<Win32Exception>(() => DetachedProcess.Start(
            Path.Combine(_directory.Path, "not-there"), [], [], _directory.Path, Log));

    [Fact]
    public void A_pid_that_was_given_to_another_process_is_not_the_one_that_was_meant()
    {
        ProcessIdentity self = ProcessIdentity.Of(Environment.ProcessId)!.Value;
        string path = Path.Combine(_directory.Path, "pid");

        PidFile.Write(path, self);
        Assert.Equal(self, PidFile.ReadAlive(path));

        PidFile.Write(path, self with { StartTicks = self.StartTicks - 1 });
        Assert.Null(PidFile.ReadAlive(path));
        _directory.File("pid", "nonsense");
        Assert.Null(PidFile.ReadAlive(path));
    }

    private DetachedProcess Run(string script) => DetachedProcess.Start(
        "/bin/sh", ["-c", script], ["GIVEN=yes", "PATH=/usr/bin:/bin"], _directory.Path, Log);

    private string[] ReadLog() => File.ReadAllLines(Log);

    private static async Task EndAsync(DetachedProcess process) =>
        await UntilAsync(() => process.ExitCode is not null);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
    }

    /// <summary>
    /// A second descriptor of the file that children inherit; a shell's redirection makes such ones.
    /// </summary>
    private static void MakeInheritable(FileStream file)
    {
        const int setFlags = 2;
        Assert.Equal(0, NativeCalls.fcntl((int)file.SafeFileHandle.DangerousGetHandle(), setFlags, 0));
    }
}
