using System.Text;

namespace Steno.Benchmarks.Payloads;

/// <summary>
/// Text that compresses as people's text does: made-up words, few of them often and many seldom, as Zipf found it of
/// real ones. The same for the same random numbers.
/// </summary>
internal sealed class Prose
{
    private const int Words = 3000;

    private static readonly string[] Syllables =
    [
        "an", "ber", "ca", "den", "ex", "for", "gra", "hin", "ing", "jo", "ke", "lo", "men", "no", "ous", "per", "qui", "re", "sta", "ti", "un",
        "ver", "wa", "yen", "zo", "est", "ly", "tion", "mar", "sel",
    ];

    private readonly string[] _words = new string[Words];
    private readonly double[] _upTo = new double[Words];

    public Prose(Random random)
    {
        double sum = 0;
        for (int rank = 0; rank < Words; rank++)
        {
            _words[rank] = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Syllables[random.Next(Syllables.Length)]));
            _upTo[rank] = sum += 1.0 / (rank + 1);
        }
    }

    /// <summary>So many characters, of one byte each.</summary>
    public string Write(Random random, int length)
    {
        StringBuilder text = new(length + 16);
        while (text.Length < length)
        {
            int at = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
            text.Append(_words[Math.Min(at < 0 ? ~at : at, Words - 1)]).Append(random.Next(12) == 0 ? ". " : " ");
        }

        return text.ToString(0, length);
    }
}
