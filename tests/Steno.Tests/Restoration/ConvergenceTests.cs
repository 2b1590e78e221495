using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>Whatever is damaged: a dry run says what a run does, and a second run changes nothing more.</summary>
[Trait("Kind", "Sweep")]
public sealed class ConvergenceTests(LivedDirectories lived) : IClassFixture<LivedDirectories>
{
    /// <summary>Of each a second recovery changed something more, or the dry run said otherwise than the run.</summary>
    [Theory]
    [InlineData(6)]
    [InlineData(100)]
    [InlineData(134)]
    [InlineData(140)]
    [InlineData(180)]
    [InlineData(182)]
    [InlineData(207)]
    [InlineData(250)]
    [InlineData(266)]
    [InlineData(278)]
    [InlineData(299)]
    [InlineData(413)]
    [InlineData(423)]
    [InlineData(490)]
    [InlineData(649)]
    [InlineData(48)]
    [InlineData(172)]
    [InlineData(249)]
    [InlineData(584)]
    public void Damage_that_was_once_healed_in_two_steps_or_otherwise_than_planned(int seed) => Check(seed);

    [Fact]
    public void Damage_of_any_kind() => Assert.All(Enumerable.Range(1, 45), Check);

    /// <summary>The journal comes back from the segments with a hole, and the line behind that is proven by what the manifest states of the segment that is gone.</summary>
    [Fact]
    public void A_line_behind_a_hole_that_a_checkpoint_proves_is_not_told_as_unproven()
    {
        LogDirectory logs = new(lived.Copy(lived.Long));
        Guid session = SessionManifest.Load(logs.SessionFile)!.Id;
        File.Delete(Path.Combine(logs.Segments, CheckpointCatalogue.FindNewest(logs, session)!.Segments[^3].File));
        File.Delete(logs.RecoveryFile);
        foreach (string file in new[] { logs.CurrentJournal, logs.SessionFile }) File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);

        AssertConverges(logs);
        Assert.Contains("\"kind\":\"missing\"", File.ReadAllText(logs.CurrentJournal), StringComparison.Ordinal);
        Assert.DoesNotContain("unverifiable", File.ReadAllText(logs.CurrentJournal), StringComparison.Ordinal);
    }

    private void Check(int seed)
    {
        Random random = new(seed);
        LogDirectory logs = new(lived.Copy(lived.All[random.Next(lived.All.Count)]));
        new RandomDamage(logs, random).Do();
        if (random.Next(3) == 0) new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close(); // a start before the recovery
        AssertConverges(logs);
        Directory.Delete(logs.Root, recursive: true);
    }

    private static void AssertConverges(LogDirectory logs)
    {
        string before = Bytes(logs);
        RecoveryOutcome planned = Recover(logs, isDryRun: true);
        Assert.Equal(before, Bytes(logs));
        RecoveryOutcome done = Recover(logs);
        Assert.Equal(Left(done), Left(planned));
        Assert.Equal(Mended(done), Mended(planned));

        string after = Bytes(logs);
        RecoveryOutcome again = Recover(logs);
        Assert.Empty(again.Actions);
        Assert.Equal(Left(done), Left(again));
        Assert.Equal(after, Bytes(logs));
    }

    private static RecoveryOutcome Recover(LogDirectory logs, bool isDryRun = false) => new LogRecovery(logs, TimeProvider.System) { IsDryRun = isDryRun }.Run();

    private static string[] Left(RecoveryOutcome outcome) =>
        [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.What}").Order(StringComparer.Ordinal)];

    private static string[] Mended(RecoveryOutcome outcome) =>
    [
        .. outcome.Actions.Select(action => Path.GetFileName(action.File)).Distinct().Order(StringComparer.Ordinal),
    ];

    private static string Bytes(LogDirectory logs) => string.Join('\n', Directory.GetFiles(logs.Root, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"));
}
