using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>
/// Takes steps that open files, and waits where descriptors are lacking: others may close theirs at any
/// moment, and what is said meanwhile waits in the queue. One thread takes the steps; all else is for any.
/// </summary>
/// <param name="happened">Told in a sentence that it waits.</param>
internal sealed class DescriptorPatience(TimeProvider time, Action<string> happened) : IDisposable
{
    /// <summary>
    /// Mending opens four files at once at most; two more are for whoever asks for status meanwhile.
    /// </summary>
    private const int Needed = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _end = new(Timeout.InfiniteTimeSpan, time);
    private volatile StorageException? _lack;

    /// <summary>What is waited for; null while nothing is.</summary>
    public StorageException? Lack => _lack;

    /// <summary>From then on a step that lacks descriptors fails at once.</summary>
    public void EndAfter(TimeSpan span) => _end.CancelAfter(span);

    /// <param name="step">May be taken again.</param>
    /// <exception cref="StorageException">The disk refuses, or patience has ended.</exception>
    public void Insist(Action step)
    {
        while (true)
        {
            try
            {
                FreeDescriptors.Require(Needed);
                step();
                _lack = null;
                return;
            }
            catch (StorageException e) when (e.IsOutOfDescriptors)
            {
                if (_lack is null) happened($"The journal must be mended, and that waits: {e.Sentences}");
                _lack = e;
                if (_end.Token.WaitHandle.WaitOne(Interval)) throw;
            }
        }
    }

    public void Dispose() => _end.Dispose();
}
