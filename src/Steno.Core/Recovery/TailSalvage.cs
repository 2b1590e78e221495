using System.Globalization;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>What became of a torn tail.</summary>
/// <param name="RecoveredSeq">The "recovered" line that tells of it.</param>
/// <param name="Report">Where its bytes are.</param>
/// <param name="Lines">Whole lines that were written again.</param>
/// <param name="Lost">Sequences, as they were, of which no whole line is left.</param>
internal sealed record TailSalvage(
    long RecoveredSeq, QuarantineReport Report, IReadOnlyList<TornLine> Lines, IReadOnlyList<(long First, long Last)> Lost)
{
    /// <summary>Lines that the second copy of the journal gave back before any was written again.</summary>
    public long PutBack { get; init; }

    /// <summary>
    /// The holes before lines that were found whole: later lines had been written, so these are known to be
    /// lost. What the torn end itself held was never recorded, like all that was still on its way when the
    /// recorder died.
    /// </summary>
    public IEnumerable<JournalDamage> Holes
    {
        get
        {
            long last = Lines.Count == 0 ? 0 : Lines.Max(l => l.Seq);
            return Lost.Where(hole => hole.First < last)
                .Select(hole => new JournalDamage(DamageKind.Torn, Report.Offset, 0, hole.First, hole.Last));
        }
    }

    /// <summary>Such as <c>5 to 6, 9</c>.</summary>
    public string LostText => string.Join(", ", Lost.Select(hole => hole.First == hole.Last
        ? hole.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{hole.First} to {hole.Last}")));

    public string Description
    {
        get
        {
            int unproven = Lines.Count(l => !l.IsProven);
            string lost = Lost.Count == 0 ? "" : $" Not whole any more: {LostText}.";
            string doubt = unproven == 0 ? "" : $" Of these, {unproven} cannot be checked, for the line before is lost.";
            string copy = PutBack == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{(PutBack == 1 ? $"line {Report.Seq + 1} is" : $"lines {Report.Seq + 1} to {Report.Seq + PutBack} are")} put back from the second copy, ");
            string what = PutBack == 0 ? "torn" : "damaged";
            string again = Lines.Count switch
            {
                0 => "no whole line is among them",
                1 => "1 whole line among them is written again",
                _ => $"{Lines.Count} whole lines among them are written again",
            };
            return string.Create(CultureInfo.InvariantCulture,
                $"The journal ended in {Report.Length} {what} bytes after line {Report.Seq}: {copy}{again}, and the bytes are in quarantine.{doubt}{lost}");
        }
    }
}
