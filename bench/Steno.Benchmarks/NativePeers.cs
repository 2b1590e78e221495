using System.ComponentModel;
using System.Diagnostics;

namespace Steno.Benchmarks;

/// <summary>
/// The C programs of <c>bench/native</c>, built here and now; without compiler or libzmq there are none.
/// </summary>
internal sealed class NativePeers
{
    private readonly string _folder;

    private NativePeers(string folder, string? missing)
    {
        _folder = folder;
        Missing = missing;
    }

    /// <summary>Why there are none; null if there are.</summary>
    public string? Missing { get; }

    public string Publisher => Path.Combine(_folder, "publisher");

    public string Subscriber => Path.Combine(_folder, "subscriber");

    public string Disk => Path.Combine(_folder, "disk");

    /// <exception cref="BenchmarkException">They do not compile.</exception>
    public static NativePeers Build(string sources, string folder)
    {
        Directory.CreateDirectory(folder);
        if (!Compiles("#include <stdio.h>\n"))
            return new NativePeers(folder, "there is no C compiler (apt: gcc libc6-dev)");
        if (!Compiles("#include <zmq.h>\n"))
            return new NativePeers(folder, "libzmq's headers are not installed (apt: libzmq3-dev)");

        foreach (string name in (string[])["publisher", "subscriber", "disk"])
        {
            string[] flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];
            using Process cc = Process.Start(
                "cc", [.. flags, "-o", Path.Combine(folder, name), Path.Combine(sources, $"{name}.c"), "-lzmq"]);
            cc.WaitForExit();
            if (cc.ExitCode != 0) throw new BenchmarkException($"bench/native/{name}.c does not compile");
        }

        return new NativePeers(folder, missing: null);
    }

    private static bool Compiles(string source)
    {
        try
        {
            using Process cc = Process.Start(new ProcessStartInfo("cc", ["-fsyntax-only", "-x", "c", "-"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
            })!;
            cc.StandardInput.Write(source);
            cc.StandardInput.Close();
            cc.StandardError.ReadToEnd();
            cc.WaitForExit();
            return cc.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
