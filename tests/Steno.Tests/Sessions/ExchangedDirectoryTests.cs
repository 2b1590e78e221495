using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Simulation;

namespace Steno.Tests.Sessions;

/// <summary>
/// Two similar directories are exchanged and back while a session gives way to another: at whatever call, recording goes on
/// and all is where it belongs. Exhaustive: each sweep ends where no call is left.
/// </summary>
public sealed class ExchangedDirectoryTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("", true, false)]
    [InlineData("", false, true)]
    [InlineData("", true, true)]
    [InlineData("archive", false, false)]
    [InlineData("archive", true, false)]
    [InlineData("archive", false, true)]
    [InlineData("archive", true, true)]
    public async Task Whatever_is_done_while_another_directory_has_the_place_recording_goes_on(string inner, bool stays, bool loads)
    {
        bool reached = true;
        for (int call = 1; reached; call++) reached = await ChangesAsync(inner, call, stays, loads);
    }

    /// <returns>Whether there was such a call.</returns>
    private static async Task<bool> ChangesAsync(string inner, int call, bool stays, bool loads)
    {
        using TemporaryDirectory directory = new();
        string ours = directory.Join("logs");
        string other = directory.Join("other");
        using (LoadedSession others = new(other))
        {
            others.Say(2);
            others.New();
            others.Say(1);
            others.Close();
        }

        ExchangingDisk calls = new(Path.Combine(ours, inner), Path.Combine(other, inner));
        using LoadedSession session = new(ours, new Disk(calls));
        using DirectoryLock held = DirectoryLock.Acquire(session.Logs);
        session.Say(1);
        session.New();
        session.Say(3);
        Guid before = session.Manifest.Id;
        SuccessionOrder order = loads
            ? SuccessionOrder.Load(LoadSource.Of(session.Checkpoint()).Prepare(session.Loader()))
            : SuccessionOrder.New(null);

        calls.Arm(call, stays);
        try
        {
            session.Live.Ask(order);
            session.Live.SucceedIfDue();
            await order.Done;
        }
        finally
        {
            await calls.BackAsync();
        }

        bool reached = calls.Calls >= call;
        calls.Arm(0, stays: false);
        session.Say(2);
        Assert.Equal(before, session.Manifest.Parent!.Id);
        SessionManifest sealedBefore = SessionArchive.Find(session.Logs, before)!;
        Assert.Equal(3, Said(session.Logs.ArchivedJournal(sealedBefore.Started, before)));
        session.Close();
        Assert.Equal(loads ? 5 : 2, Said(session.Logs.CurrentJournal));
        VerificationReport report = new Verifier(session.Logs) { IncludesArchive = true }.Run();
        Assert.True(report.IsIntact, $"call {call}: {string.Join('\n', report.Damage.Select(d => $"{d.File}: {d.What}"))}");
        return reached;
    }

    private static int Said(string journal) => File.ReadLines(journal).Count(line => line.Contains("message_id", StringComparison.Ordinal));
}
