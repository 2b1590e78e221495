using Steno.Core.Checkpoints;
using Steno.Core.Sessions;
using Steno.Tests.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>
/// Log directories of three sessions with checkpoints: loaded from one another or not, ended in order or without a word. Made
/// once; always with the same names in the same order, but for the ids.
/// </summary>
public sealed class LivedDirectories : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private int _copies;

    public LivedDirectories()
    {
        All = [.. Enumerable.Range(0, 4).Select(Make)];
        Long = MakeLong();
    }

    internal IReadOnlyList<string> All { get; }

    /// <summary>Two sessions with so many checkpoints that these name lists of segments.</summary>
    internal string Long { get; }

    public void Dispose() => _directory.Dispose();

    internal string Copy(string lived)
    {
        string copy = _directory.Join($"copy{++_copies}");
        Copies.Directory(lived, copy);
        return copy;
    }

    private string MakeLong()
    {
        string root = _directory.Join("long");
        SteppingTime time = new();
        using LoadedSession session = new(root, time: time);
        Talk();
        session.New();
        new SealedCheckpoints(session.Logs, (subject, request) => new CheckpointStore(session.Logs, time).Create(subject, request)!).Complete(session.Manifest);
        Talk();
        session.Say(2);
        session.AwaitCopy();
        session.Close();
        return root;

        void Talk()
        {
            for (int made = 0; made < 18; made++)
            {
                session.Say(1 + (made % 2));
                session.Checkpoint();
            }
        }
    }

    private string Make(int kind)
    {
        string root = _directory.Join($"lived{kind}");
        SteppingTime time = new();
        using LoadedSession session = new(root, time: time);
        session.Say(4);
        CheckpointManifest first = session.Checkpoint();
        session.Say(3);
        Follow(first, isLoaded: kind == 1);
        session.Say(3);
        CheckpointManifest second = session.Checkpoint();
        session.Say(2);
        Follow(second, isLoaded: kind is 1 or 2);
        if (kind != 3) new SealedCheckpoints(session.Logs, (subject, request) => new CheckpointStore(session.Logs, time).Create(subject, request)!).Complete(session.Manifest);
        session.Say(2);
        if (kind != 3) session.Checkpoint();
        session.Say(3);
        session.AwaitCopy();
        if (kind == 2) session.Die();
        else session.Close();
        return root;

        void Follow(CheckpointManifest checkpoint, bool isLoaded)
        {
            if (isLoaded) session.Load(LoadSource.Of(checkpoint));
            else session.New();
        }
    }
}
