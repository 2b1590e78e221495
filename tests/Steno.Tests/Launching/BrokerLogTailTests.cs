using Steno.Launching;
using Steno.Processes;
using Steno.Recorder;

namespace Steno.Tests.Launching;

public sealed class BrokerLogTailTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RunFolder _run;

    public BrokerLogTailTests()
    {
        _run = new RunFolder(_directory.Path);
        _run.Create();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Warnings_of_one_kind_are_one_with_the_latest_time_and_all_that_were_not_logged()
    {
        Log(BrokerLogTail.Beginning, Warning(1, 40_001), Warning(3, 40_002, " (1,234 more like this were not logged.)"), Warning(4, 7, text: "Slow"),
            "2026-01-02T03:04:09.000Z info  1001 All is well.");

        IReadOnlyList<BrokerWarning> found = Look();

        Assert.Equal(["Slow (It came from 127.0.0.1:7.)", "A PUB is at the wrong door. (It came from 127.0.0.1:40002.)"], found.Select(w => w.Text));
        Assert.Equal([1, 1236], found.Select(w => w.Count));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 3, TimeSpan.Zero), found[1].Last);
    }

    [Fact]
    public void What_an_earlier_broker_said_and_a_line_that_is_being_written_are_left_out()
    {
        Log(BrokerLogTail.Beginning, Warning(1, 1, text: "Earlier"));
        Assert.Single(Look());

        File.AppendAllText(_run.BrokerLog, BrokerLogTail.Beginning + "\n" + Warning(2, 2));
        Assert.Empty(Look());
        File.AppendAllText(_run.BrokerLog, "\n");
        Assert.StartsWith("A PUB", Assert.Single(Look()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_long_log_the_end_is_read_and_of_one_that_was_moved_aside_its_end_too()
    {
        Log([BrokerLogTail.Beginning, Warning(1, 1, text: "Long ago"), .. Enumerable.Repeat(Warning(2, 2), 3000)]);
        Assert.StartsWith("A PUB", Assert.Single(Look()).Text, StringComparison.Ordinal);

        File.Move(_run.BrokerLog, _run.BrokerLog + ".1");
        Assert.StartsWith("A PUB", Assert.Single(Look()).Text, StringComparison.Ordinal);
        Log(Warning(5, 5, text: "New"));
        Assert.Equal(2, Look().Count);
    }

    [Fact]
    public void Many_kinds_and_long_words_are_bounded()
    {
        Log([.. Enumerable.Range('A', 50).Select(c => Warning(c % 60, 1, text: new string((char)c, 5000)))]);

        IReadOnlyList<BrokerWarning> found = Look();

        Assert.InRange(found.Count, 10, 20);
        Assert.All(found, warning => Assert.InRange(warning.Text.Length, 100, 601));
    }

    [Fact]
    public void Without_a_broker_of_ours_that_lives_nothing_is_said()
    {
        Log(BrokerLogTail.Beginning, Warning(1, 1));
        Assert.Single(Look());

        File.Delete(_run.BrokerPid);
        Assert.Null(BrokerLogTail.Look(_run));
    }

    private IReadOnlyList<BrokerWarning> Look()
    {
        PidFile.Write(_run.BrokerPid, ProcessIdentity.Of(Environment.ProcessId)!.Value);
        return BrokerLogTail.Look(_run)!.Warnings;
    }

    private void Log(params string[] lines) => File.WriteAllText(_run.BrokerLog, string.Concat(lines.Select(line => line + "\n")));

    private static string Warning(int second, int port, string more = "", string text = "A PUB is at the wrong door.") =>
        $"2026-01-02T03:04:{second:00}.000Z warn  1003 {text} (It came from 127.0.0.1:{port}.){more}";
}
