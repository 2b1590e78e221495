namespace Steno.Tests.Simulation;

/// <summary>What a disk does to one of the calls that change it.</summary>
internal enum DiskFaultKind
{
    /// <summary>EIO, and nothing is done. Of a sync: what it was to write is given up by the kernel for good.</summary>
    Refused,

    /// <summary>EIO after half of a write; of other calls like <see cref="Refused"/>.</summary>
    HalfDone,

    /// <summary>ENOSPC after half of a write; of other calls like <see cref="Refused"/>.</summary>
    Full,

    /// <summary>The machine has no power from here on.</summary>
    PowerCut,
}

/// <param name="Call">The first is 1.</param>
/// <param name="ForGood">All calls behind it are refused, too.</param>
internal readonly record struct DiskFault(int Call, DiskFaultKind Kind, bool ForGood = false);
