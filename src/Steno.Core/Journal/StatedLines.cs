namespace Steno.Core.Journal;

/// <summary>
/// Hashes of lines, by their sequence, that others than the journal state who prove themselves. Where two do not agree
/// neither is believed. Not thread-safe while lines are added.
/// </summary>
/// <param name="head">Lines of an earlier system at the journal's head have no hash each.</param>
internal sealed class StatedLines(EarlierHead head)
{
    /// <summary>Nobody states anything.</summary>
    public static readonly IReadOnlyDictionary<long, ChainHash> None = new Dictionary<long, ChainHash>();

    private readonly Dictionary<long, ChainHash> _lines = [];
    private readonly HashSet<long> _disputed = [];

    public IReadOnlyDictionary<long, ChainHash> Lines => _lines;

    /// <summary>The last of them; 0: there is none.</summary>
    public long LastSeq => _lines.Count == 0 ? 0 : _lines.Keys.Max();

    public void Add(long seq, in ChainHash hash)
    {
        if (seq <= head.Lines || _disputed.Contains(seq) || _lines.TryAdd(seq, hash) || _lines[seq] == hash) return;
        _lines.Remove(seq);
        _disputed.Add(seq);
    }

    /// <summary>The same, of a hash in base64; what is none is passed over.</summary>
    public void Add(long seq, string hash)
    {
        if (ChainHash.TryParse(System.Text.Encoding.ASCII.GetBytes(hash), out ChainHash parsed)) Add(seq, parsed);
    }
}
