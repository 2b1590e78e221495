using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Steno.Processes;

/// <summary>
/// The arguments of one <c>posix_spawn</c>. Its calls return their error instead of setting errno.
/// </summary>
internal sealed unsafe partial class SpawnRequest : IDisposable
{
    // Room for the platform's own structures: 336 and 80 bytes with glibc, 8 and 8 on macOS.
    private const int StructureBytes = 1024;
    private const int SignalSetBytes = 128;
    private const int NoHang = 1;

    private readonly void* _attributes = NativeMemory.AllocZeroed(StructureBytes);
    private readonly void* _actions = NativeMemory.AllocZeroed(StructureBytes);

    public SpawnRequest()
    {
        Check(posix_spawnattr_init(_attributes));
        Check(posix_spawn_file_actions_init(_actions));

        // The child starts as any program: nothing blocked, nothing ignored (this runtime ignores SIGPIPE).
        byte* signals = stackalloc byte[SignalSetBytes];
        _ = sigemptyset(signals);
        Check(posix_spawnattr_setsigmask(_attributes, signals));
        _ = sigfillset(signals);
        Check(posix_spawnattr_setsigdefault(_attributes, signals));
    }

    public void SetFlags(int flags) => Check(posix_spawnattr_setflags(_attributes, (short)flags));

    public void Open(int descriptor, string path, int flags, int mode) =>
        Check(posix_spawn_file_actions_addopen(_actions, descriptor, path, flags, mode));

    public void Duplicate(int from, int to) => Check(posix_spawn_file_actions_adddup2(_actions, from, to));

    public void Close(int descriptor) => Check(posix_spawn_file_actions_addclose(_actions, descriptor));

    public void ChangeDirectory(string path) => Check(posix_spawn_file_actions_addchdir_np(_actions, path));

    /// <returns>The new process's pid.</returns>
    public int Run(string executable, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        nint* argv = Strings(arguments);
        nint* envp = Strings(environment);
        try
        {
            Check(posix_spawn(out int pid, executable, _actions, _attributes, argv, envp));
            return pid;
        }
        finally
        {
            Free(argv);
            Free(envp);
        }
    }

    /// <summary>
    /// Takes the end of a child of ours, if it has ended. Once taken, its pid is free for others.
    /// </summary>
    public static bool TryReap(int pid, out int status) => waitpid(pid, out status, NoHang) == pid;

    public void Dispose()
    {
        _ = posix_spawn_file_actions_destroy(_actions);
        _ = posix_spawnattr_destroy(_attributes);
        NativeMemory.Free(_actions);
        NativeMemory.Free(_attributes);
    }

    private static nint* Strings(IReadOnlyList<string> strings)
    {
        var array = (nint*)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(nint));
        for (int at = 0; at < strings.Count; at++) array[at] = Marshal.StringToCoTaskMemUTF8(strings[at]);
        return array;
    }

    private static void Free(nint* strings)
    {
        for (nint* at = strings; *at != 0; at++) Marshal.FreeCoTaskMem(*at);
        NativeMemory.Free(strings);
    }

    private static void Check(int error)
    {
        if (error != 0) throw new Win32Exception(error);
    }

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(
        void* actions, int descriptor, string path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addclose(void* actions, int descriptor);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addchdir_np(void* actions, string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(
        out int pid, string path, void* actions, void* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc")]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc")]
    private static partial int sigemptyset(void* signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(void* signals);
}
