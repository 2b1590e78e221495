namespace Steno.Core.Recovery;

/// <summary>Runs by the lines that they hold.</summary>
internal sealed class RunIndex
{
    private readonly ChainRun[] _byFirst;

    /// <summary>Of the runs up to each place, the last line that any of them has: who looks backwards knows when to stop.</summary>
    private readonly long[] _lastSoFar;

    /// <param name="runs">Of equals the earlier ones are found first.</param>
    public RunIndex(IEnumerable<ChainRun> runs)
    {
        _byFirst = [.. runs.OrderBy(run => run.FirstSeq)];
        _lastSoFar = new long[_byFirst.Length];
        long last = 0;
        for (int i = 0; i < _byFirst.Length; i++) _lastSoFar[i] = last = Math.Max(last, _byFirst[i].LastSeq);
    }

    /// <summary>Those that hold the line of this sequence.</summary>
    public IEnumerable<ChainRun> With(long seq)
    {
        for (int i = UpTo(seq) - 1; i >= 0 && _lastSoFar[i] >= seq; i--)
            if (_byFirst[i].LastSeq >= seq) yield return _byFirst[i];
    }

    /// <summary>Those that begin with a line of these sequences, in their order.</summary>
    public IEnumerable<ChainRun> BeginningIn(long from, long to)
    {
        for (int i = UpTo(from - 1); i < _byFirst.Length && _byFirst[i].FirstSeq <= to; i++) yield return _byFirst[i];
    }

    /// <summary>The number of runs that begin with that line or one before.</summary>
    private int UpTo(long seq)
    {
        int low = 0;
        int high = _byFirst.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_byFirst[middle].FirstSeq <= seq) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
