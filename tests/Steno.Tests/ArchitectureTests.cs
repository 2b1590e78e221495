using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Steno.Tests;

/// <summary>Holds the arrows of <c>docs/architecture.md</c>, by what the sources and projects name.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>A folder of Steno.Core may use those before it.</summary>
    private static readonly string[] CoreFolders =
        ["Files", "Enrichment", "Journal", "Messages", "Numbering", "Checkpoints", "Recovery", "Sessions", "Verification", "Restoration"];

    /// <summary>Who may write a journal: the recorder alone.</summary>
    private static readonly string[] Writers =
        ["JournalWriter", "SessionOpener", "DirectoryLock.Acquire", "LineComposer"];

    [Theory]
    [InlineData("Steno.Zmtp")]
    [InlineData("Steno.Core")]
    [InlineData("Steno", "Steno.Core", "Steno.Zmtp")]
    public void Projects_reference_only_what_the_architecture_allows(string project, params string[] allowed)
    {
        XDocument file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        string[] referenced =
        [
            .. file.Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Order(),
        ];
        Assert.Equal(allowed, referenced);
    }

    [Fact]
    public void No_project_under_src_knows_NetMQ()
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories))
            Assert.DoesNotContain("NetMQ", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_domain_knows_no_socket_no_web_and_no_console()
    {
        AssertNoneContain(Sources("Steno.Core"), "System.Net", "Microsoft.AspNetCore", "Console.", "Steno.Zmtp");
        AssertNoneContain(Sources("Steno.Zmtp"), "Microsoft.AspNetCore", "Console.", "Steno.Core");
    }

    [Fact]
    public void Folders_of_the_domain_use_only_those_before_them()
    {
        string[] present =
        [
            .. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src", "Steno.Core"))
                .Select(d => Path.GetFileName(d)!).Where(d => d is not "bin" and not "obj").Order(),
        ];
        Assert.Equal(CoreFolders.Order(), present);
        for (int i = 0; i < CoreFolders.Length; i++)
        {
            foreach (string later in CoreFolders[(i + 1)..])
                AssertNoneContain(Sources($"Steno.Core/{CoreFolders[i]}"), $"Steno.Core.{later}");
        }
    }

    [Fact]
    public void Only_the_recorder_writes_journals()
    {
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src", "Steno")))
        {
            string name = Path.GetFileName(folder);
            if (name is "Recorder" or "bin" or "obj") continue;
            AssertNoneContain(Sources($"Steno/{name}"), Writers);
        }
    }

    [Theory]
    [InlineData("Terminal", "Recorder", "Control", "Commands", "Broker", "Launching", "Views")]
    [InlineData("Broker", "Recorder", "Control", "Commands", "Launching", "Views", "Core")]
    [InlineData("Recorder", "Commands", "Launching", "Views", "Broker", "Terminal", "Configuration")]
    [InlineData("Control", "Commands", "Launching", "Views", "Broker", "Terminal", "Zmtp")]
    [InlineData("Views", "Commands", "Launching", "Broker", "Recorder", "Control")]
    public void Folders_of_the_executable_do_not_reach_across(string folder, params string[] forbidden)
    {
        foreach (string other in forbidden)
            AssertNoneContain(Sources($"Steno/{folder}"), $"using Steno.{other};", $"using Steno.{other}.");
    }

    /// <summary>Each check above is only worth something if it can fail.</summary>
    [Fact]
    public void The_check_finds_what_it_forbids()
    {
        Assert.Throws<Xunit.Sdk.FailException>(() => AssertNoneContain(Sources("Steno/Recorder"), Writers));
        Assert.Throws<Xunit.Sdk.FailException>(() => AssertNoneContain(Sources("Steno.Zmtp"), "System.Net"));
    }

    private static string[] Sources(string folder)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", folder), "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(files);
        return files;
    }

    private static void AssertNoneContain(string[] files, params string[] forbidden)
    {
        foreach (string file in files)
        {
            string code = Comment().Replace(File.ReadAllText(file), "");
            foreach (string name in forbidden)
            {
                if (code.Contains(name, StringComparison.Ordinal))
                    Assert.Fail($"{Path.GetRelativePath(Repository.Root, file)} uses {name}, which docs/architecture.md forbids.");
            }
        }
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
