using Steno.Core.Files;
using Steno.Core.Verification;

namespace Steno.Tests.Restoration;

/// <summary>Who was killed while a small file was made again leaves its temporary file.</summary>
public sealed class BegunFilesTests : IDisposable
{
    private readonly TwoSessions _both = new();

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_small_file_that_was_half_made_is_removed_and_others_files_stay(bool start)
    {
        LogDirectory logs = _both.Logs;
        string[] ours = [logs.SessionFile + ".tmp", _both.SealedFile + ".tmp", logs.UnhealedFile + ".tmp", logs.Untold("lines") + ".tmp"];
        string[] others = [Path.Combine(logs.Root, "notes.json.tmp"), Path.Combine(logs.Archive, "my.session.json.tmp")];
        foreach (string path in ours.Concat(others)) File.WriteAllText(path, "{\"id\":");
        Assert.All(ours[..3], path => Assert.Contains(_both.Verify().Noted, noted => noted.File == path && noted.Kind == NotedFile.Leftover));

        if (start) _both.Start().Close();
        else _both.Recover();

        Assert.All(ours, path => Assert.False(File.Exists(path), path));
        Assert.All(others, path => Assert.True(File.Exists(path), path));
        Assert.True(_both.Verify().IsIntact);
    }
}
