using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Steno.Control;
using Steno.Core.Files;

namespace Steno.Tests.Control;

public sealed class ControlSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static bool IsWindows => OperatingSystem.IsWindows();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_short_log_directory_holds_its_socket() =>
        Assert.Equal(
            Path.Combine(_directory.Path, "run", "control.sock"),
            ControlSocket.PathFor(_directory.Path));

    [Fact]
    public void A_long_log_directory_has_its_socket_in_the_home_directory()
    {
        string logs = Path.Combine(_directory.Path, new string('l', 120));

        string path = ControlSocket.PathFor(logs, "/home/someone");

        Assert.StartsWith("/home/someone/.steno/run/", path, StringComparison.Ordinal);
        Assert.True(Encoding.UTF8.GetByteCount(path) <= 103);
        Assert.Equal(path, ControlSocket.PathFor(logs + "/", "/home/someone"));
        Assert.NotEqual(path, ControlSocket.PathFor(logs + "2", "/home/someone"));
    }

    [Fact]
    public void Two_names_of_one_directory_lead_to_one_socket()
    {
        string real = Path.Combine(_directory.Path, "real");
        new DirectoryInfo(real).Create();
        string alias = Path.Combine(_directory.Path, "alias");
        Directory.CreateSymbolicLink(alias, real);

        Assert.Equal(ControlSocket.PathFor(real), ControlSocket.PathFor(alias));
        Assert.Equal(
            ControlSocket.PathFor(Path.Combine(real, "not", "yet")),
            ControlSocket.PathFor(Path.Combine(alias, "not", "yet")));
    }

    [Fact]
    public void No_short_path_at_all_is_said_with_the_remedy()
    {
        string logs = Path.Combine(_directory.Path, new string('l', 120));

        PathTooLongException refusal = Assert.Throws<PathTooLongException>(
            () => ControlSocket.PathFor(logs, "/" + new string('h', 100)));

        Assert.Contains("--logs", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_socket_of_a_killed_recorder_is_replaced()
    {
        string path = ControlSocket.PathFor(_directory.Path);
        LeaveStale(path);

        using Socket bound = ControlSocket.Bind(path);

        Assert.True(bound.IsBound);
    }

    [Fact]
    public void The_socket_of_a_living_recorder_is_not_taken()
    {
        string path = ControlSocket.PathFor(_directory.Path);
        using Socket first = ControlSocket.Bind(path);
        first.Listen();

        ControlSocketTakenException taken = Assert.Throws<ControlSocketTakenException>(() => ControlSocket.Bind(path));

        if (OperatingSystem.IsLinux()) Assert.Equal(Environment.ProcessId, taken.Pid);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_directory_or_a_file_in_its_place_is_said_and_stays()
    {
        string path = ControlSocket.PathFor(_directory.Path);
        Directory.CreateDirectory(path);
        ControlSocketException refused = Assert.Throws<ControlSocketException>(() => ControlSocket.Bind(path));
        Assert.Equal($"The control socket {path} cannot be opened: a directory has its name.", refused.Message);
        Assert.Contains("Move it away", refused.Hint, StringComparison.Ordinal);
        new DirectoryInfo(path).Delete();

        using (StreamWriter file = new(path)) file.Write("somebody's");
        refused = Assert.Throws<ControlSocketException>(() => ControlSocket.Bind(path));
        Assert.Contains("a file has its name", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    /// <summary>The log directory was replaced: what has the name at the end may be the socket of another recorder.</summary>
    [Fact]
    public void At_the_end_only_the_own_socket_is_removed()
    {
        string path = ControlSocket.PathFor(_directory.Path);
        Socket first = ControlSocket.Bind(path);
        Directory.Move(Path.GetDirectoryName(path)!, _directory.Join("moved"));
        using (Socket second = ControlSocket.Bind(path))
        {
            second.Listen();
            first.Dispose();
            Assert.True(File.Exists(path));
            using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_said()
    {
        string path = ControlSocket.PathFor(_directory.Path);
        using (StreamWriter file = new(Path.Combine(_directory.Path, "run"))) file.Write("in the way");
        StorageException refused = Assert.Throws<StorageException>(() => ControlSocket.Bind(path));
        Assert.Equal($"{Path.GetDirectoryName(path)} is a file, and must be a directory.", refused.Message);
    }

    [Fact(Skip = "Windows has no file modes", SkipWhen = nameof(IsWindows))]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_reach_it()
    {
        string run = Path.Combine(_directory.Path, "run");
        Directory.CreateDirectory(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        string path = ControlSocket.PathFor(_directory.Path);

        using Socket bound = ControlSocket.Bind(path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(run));
    }

    /// <summary>What kill -9 leaves: a socket file that nobody is behind.</summary>
    internal static void LeaveStale(string path)
    {
        using Socket killed = ControlSocket.Bind(path);
        killed.Listen();
        string aside = path + ".aside";
        new FileInfo(path).MoveTo(aside);
        killed.Close();
        new FileInfo(aside).MoveTo(path);
        // A process that another test starts at this moment has it as well, until it runs its own program.
        Assert.True(SpinWait.SpinUntil(() => IsRefused(path), TimeSpan.FromSeconds(5)), "Somebody still answers there.");
    }

    private static bool IsRefused(string path)
    {
        using Socket caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            caller.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}
