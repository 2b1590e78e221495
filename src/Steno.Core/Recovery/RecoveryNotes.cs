namespace Steno.Core.Recovery;

/// <summary>
/// What opening a session found and did, gathered while it happens: sentences for whoever looks after the
/// recorder.
/// </summary>
internal sealed class RecoveryNotes
{
    private readonly List<string> _repairs = [];
    private readonly List<string> _damage = [];
    private readonly List<string> _quarantined = [];

    /// <summary>What was mended or begun anew.</summary>
    public IReadOnlyList<string> Repairs => _repairs;

    /// <summary>Repairs and damage.</summary>
    public IReadOnlyList<string> Lines => [.. _repairs, .. _damage];

    /// <summary>Paths of quarantine reports.</summary>
    public IReadOnlyList<string> Quarantined => _quarantined;

    public void Add(string repair) => _repairs.Add(repair);

    public void AddDamage(string damage) => _damage.Add(damage);

    public void AddQuarantined(string path) => _quarantined.Add(path);
}
