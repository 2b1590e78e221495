using System.Globalization;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>What opening a session found and did, gathered while it happens: sentences for whoever looks after the recorder.</summary>
internal sealed class RecoveryNotes
{
    private readonly List<string> _lines = [];
    private readonly List<string> _quarantined = [];

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Paths of quarantine reports.</summary>
    public IReadOnlyList<string> Quarantined => _quarantined;

    public void Add(string line) => _lines.Add(line);

    public void AddQuarantined(string path) => _quarantined.Add(path);

    public void Add(IReadOnlyList<JournalDamage> damage)
    {
        foreach (JournalDamage d in damage)
        {
            string what = d.Kind switch
            {
                DamageKind.Altered => "is not as it was written",
                DamageKind.Unverifiable => "follows damage, and nothing proves it",
                _ => "is missing",
            };
            string lines = d.FirstSeq == d.LastSeq ? $"Line {d.FirstSeq}" : $"Lines {d.FirstSeq} to {d.LastSeq}";
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{lines} of the journal, at byte {d.Offset}, {what}."));
        }
    }
}
