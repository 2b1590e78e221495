using System.Diagnostics;
using System.Net.Sockets;

namespace Steno.Tests.Support;

/// <summary>What others may have put in the place of a file of ours.</summary>
internal static class StrangeFile
{
    public static readonly string[] Kinds = ["pipe", "socket", "directory", "device", "link to nothing", "link to itself"];

    /// <summary>Makes one there, in place of whatever has the name.</summary>
    public static void Make(string kind, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        switch (kind)
        {
            case "pipe":
                using (Process made = Process.Start("mkfifo", path))
                {
                    made.WaitForExit();
                    Assert.Equal(0, made.ExitCode);
                }

                break;
            case "socket":
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                string near = Path.Combine(Path.GetDirectoryName(path)!, "s"); // a socket's path must be short
                socket.Bind(new UnixDomainSocketEndPoint(near)); // closing it would remove its name
                new FileInfo(near).MoveTo(path);
                break;
            case "directory":
                Directory.CreateDirectory(Path.Combine(path, "theirs"));
                break;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "link to nothing":
                File.CreateSymbolicLink(path, path + ".gone");
                break;
            default:
                File.CreateSymbolicLink(path, path);
                break;
        }
    }
}
