namespace Steno.Core.Recovery;

/// <summary>
/// What opening a session found and did, gathered while it happens: sentences for whoever looks after the
/// recorder.
/// </summary>
internal sealed class RecoveryNotes
{
    private readonly List<string> _repairs = [];
    private readonly List<string> _damage = [];
    private readonly List<string> _orderly = [];
    private readonly List<string> _quarantined = [];

    /// <summary>What was mended, or begun anew because it could not be.</summary>
    public IReadOnlyList<string> Repairs => _repairs;

    /// <summary>Repairs, damage, and what went on in good order.</summary>
    public IReadOnlyList<string> Lines => [.. _repairs, .. _damage, .. _orderly];

    /// <summary>Paths of quarantine reports.</summary>
    public IReadOnlyList<string> Quarantined => _quarantined;

    public void Add(string repair) => _repairs.Add(repair);

    /// <summary>Nothing was wrong.</summary>
    public void AddOrderly(string what) => _orderly.Add(what);

    public void AddDamage(string damage) => _damage.Add(damage);

    public void AddQuarantined(string path) => _quarantined.Add(path);
}
