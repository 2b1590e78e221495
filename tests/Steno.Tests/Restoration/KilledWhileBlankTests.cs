using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Tests.Simulation;

namespace Steno.Tests.Restoration;

/// <summary>
/// A journal is blank, <c>session.json</c> is cut and there is no second copy: the length of what stands there is all that tells where it
/// ended. A recovery that is killed at any call comes to the same when it is run again.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class KilledWhileBlankTests
{
    /// <summary>Each third call, one of which was red; all in the soak.</summary>
    private static readonly int StepsEach = Environment.GetEnvironmentVariable("STENO_SOAK") is { Length: > 0 } ? 1 : 3;

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public void The_next_recovery_says_of_its_end_what_an_uninterrupted_one_says(int longer)
    {
        using TwoSessions both = new();
        both.CheckpointCurrent();
        File.WriteAllBytes(both.Logs.CurrentJournal, new byte[both.CurrentBytes.Length + longer]);
        File.WriteAllBytes(both.Logs.SessionFile, File.ReadAllBytes(both.Logs.SessionFile)[..100]);
        File.Delete(both.Logs.RecoveryFile);
        string root = both.Logs.Root + "-copy";
        Copies.Directory(both.Logs.Root, root);
        string[] expected = Left(new LogRecovery(new LogDirectory(root), TimeProvider.System).Run());
        Assert.Equal(longer > 0, expected.Length > 0);

        int calls = 0;
        for (int call = StepsEach; calls >= call - StepsEach; call += StepsEach)
        {
            Directory.Delete(root, recursive: true);
            Copies.Directory(both.Logs.Root, root);
            ModelDisk disk = new(root);
            disk.Arm(new DiskFault(call, DiskFaultKind.Refused, true)); // all behind it are refused, too
            try
            {
                new LogRecovery(new LogDirectory(root, new Disk(disk)), TimeProvider.System).Run();
            }
            catch (StenoException)
            {
                // It is dead.
            }

            calls = disk.Calls;
            Assert.Equal((call, string.Join('\n', expected)), (call, string.Join('\n', Left(new LogRecovery(new LogDirectory(root), TimeProvider.System).Run()))));
            Assert.True(File.ReadAllBytes(Path.Combine(root, "current_session.jsonl")).AsSpan().StartsWith(both.CurrentBytes));
        }

        Assert.InRange(calls, 20, 500); // it came so far, and to an end
        Directory.Delete(root, recursive: true);
    }

    private static string[] Left(RecoveryOutcome outcome) => [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.Kind} {one.What}")];
}
