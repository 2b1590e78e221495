using Steno.Tests.Sessions;

namespace Steno.Tests.Commands;

/// <summary>Lists on a terminal that has not the columns for them.</summary>
public sealed class NarrowTerminalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public NarrowTerminalTests() => _session = new LoadedSession(_directory.Join("logs"));

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    public void Lists_break_between_columns_and_ids_stay_whole(int columns)
    {
        _session.New("design");
        _session.Say(1);
        string checkpoint = _session.Checkpoint("before-refactoring").Id!;
        Guid id = _session.Manifest.Id;
        _session.New("a-name-of-some-length");
        foreach ((string verb, string whole) in new[] { ("session", $"{id}"), ("checkpoint", checkpoint) })
        {
            string[] lines = VerbRun.Of(columns, verb, "list", "--logs", _session.Logs.Root).Output.TrimEnd('\n').Split('\n');
            Assert.All(lines, line => Assert.InRange(line.Length, 1, columns));
            Assert.Contains(lines, line => line.StartsWith("    ", StringComparison.Ordinal) && line.Contains(whole, StringComparison.Ordinal));
        }
    }
}
