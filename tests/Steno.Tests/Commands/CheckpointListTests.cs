using Microsoft.Extensions.Time.Testing;
using Steno.Core.Checkpoints;
using Steno.Core.Sessions;
using Steno.Tests.Sessions;

namespace Steno.Tests.Commands;

/// <summary><c>steno checkpoint list</c>.</summary>
public sealed class CheckpointListTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public CheckpointListTests() => _session = new LoadedSession(_directory.Join("logs"));

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    /// <summary>Ids have seconds; a new session's lines have lower numbers than those of the one before it.</summary>
    [Fact]
    public void Those_of_one_second_are_listed_newest_first_whatever_their_sessions_and_labels()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2025, 11, 30, 10, 0, 0, TimeSpan.Zero));
        _session.Say(5);
        string[] made = [Made("z"), Made("a")];
        _session.New();
        _session.Say(1);
        made = [Made("after"), .. made.Reverse()];

        VerbRun run = VerbRun.Of("checkpoint", "list", "--json", "--logs", _session.Logs.Root);
        Assert.Equal(made, run.Json.GetProperty("checkpoints").EnumerateArray().Select(one => one.GetProperty("id").GetString()));

        string Made(string label)
        {
            time.Advance(TimeSpan.FromMicroseconds(1));
            CheckpointSubject subject = CheckpointSubjects.Of(_session.Manifest, _session.Logs, _session.Live.Current.Writer.DurableEnd);
            return new CheckpointStore(_session.Logs, time).Create(subject, new CheckpointRequest(CheckpointReason.Manual, label))!.Id!;
        }
    }
}
