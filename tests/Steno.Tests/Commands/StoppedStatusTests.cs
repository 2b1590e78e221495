using Steno.Commands;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Terminal;

namespace Steno.Tests.Commands;

/// <summary>What <c>steno status</c> says of a directory that nobody records in.</summary>
public sealed class StoppedStatusTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string SessionFile => _directory.Join("session.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Verdict_and_damage_are_shown_as_the_json_has_them()
    {
        Assert.DoesNotContain("complete?", Status(), StringComparison.Ordinal);

        Session(new SessionVerdict("incomplete", "Line 7 lost, or not as written.", 1234, DateTimeOffset.UnixEpoch),
            new KnownDamage("altered", 4711, 88, 7, 7, DateTimeOffset.UnixEpoch)).Save(Disk.Real, SessionFile);

        string screen = Status();
        Assert.StartsWith("✗ NOT recording.", screen, StringComparison.Ordinal);
        Assert.Contains("complete?  incomplete: As the recorder left it at 1970-01-01 00:00:00Z, up to line 1,234: Line 7 lost", screen, StringComparison.Ordinal);
        Assert.Contains("Line 7 of the journal, at byte 4711: not as written.", screen, StringComparison.Ordinal);
        Assert.Contains("`steno verify --all` says whether a whole copy of these lines is anywhere, such as in a checkpoint.", screen, StringComparison.Ordinal);
        string json = Status("--json");
        Assert.Contains("\"verdict\": \"incomplete\"", json, StringComparison.Ordinal);
        Assert.Contains("\"offset\": 4711", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_nobody_judged_and_a_session_file_that_is_damaged_are_named()
    {
        Session(null).Save(Disk.Real, SessionFile);
        Assert.Contains("complete?  unknown: The last recorder did not live to judge it.", Status(), StringComparison.Ordinal);

        File.WriteAllText(SessionFile, File.ReadAllText(SessionFile).Replace("created", "Created", StringComparison.Ordinal));
        Assert.Contains("its hash does not match its content", Status(), StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_is_no_more_than_what_was_judged_of_a_session_that_went_on()
    {
        SessionVerdict judged = new("complete", "Every number arrived.", 1, DateTimeOffset.UnixEpoch);
        Session(judged).Save(Disk.Real, SessionFile);
        Assert.Contains("complete?  unknown: As the recorder left it at 1970-01-01 00:00:00Z, up to line 1: Nothing was missing then", Status(), StringComparison.Ordinal);
        Assert.Contains("\"verdict\": \"unknown\"", Status("--json"), StringComparison.Ordinal);

        (Session(judged) with { Stopped = true }).Save(Disk.Real, SessionFile);
        Assert.Contains("complete?  complete: As the recorder left it", Status(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_goes_on_and_that_nobody_records_was_killed_or_is_a_copy()
    {
        Session(null).Save(Disk.Real, SessionFile);
        Assert.Contains("it was killed, the machine went down, or this is a copy of a directory that was being recorded", Status(), StringComparison.Ordinal);
    }

    /// <summary>Whoever began the session without a recorder ended it in good order; the recorder did not.</summary>
    [Fact]
    public void A_session_that_was_begun_after_a_kill_and_that_nobody_recorded_was_not_stopped()
    {
        SessionManifest begun = Session(null) with { Stopped = true };
        begun.Save(Disk.Real, SessionFile);
        Assert.Contains("since the last one was stopped", Status(), StringComparison.Ordinal);
        (begun with { Unheard = UnheardTime.AfterKill(DateTimeOffset.UnixEpoch, null) }).Save(Disk.Real, SessionFile);
        string screen = Status();
        Assert.DoesNotContain("was stopped", screen, StringComparison.Ordinal);
        Assert.Contains("the last one did not stop in good order (the recorder ended without a word)", screen, StringComparison.Ordinal);
    }

    private static SessionManifest Session(SessionVerdict? verdict, params KnownDamage[] damage) => new()
    {
        Id = Guid.NewGuid(),
        Started = DateTimeOffset.UnixEpoch,
        Reason = SessionReason.Created,
        Verified = VerifiedPoint.From(JournalPosition.Start, DateTimeOffset.UnixEpoch),
        Verdict = verdict,
        KnownDamage = damage,
    };

    private string Status(params string[] options)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var context = new VerbContext(
            new Screen(output, hasColours: false), new Screen(error, hasColours: false), new Dictionary<string, string>(), _directory.Path, TimeProvider.System);
        Assert.Equal(1, CommandLine.Run(["status", .. options, "--logs", _directory.Path], context));
        return output.ToString();
    }
}
