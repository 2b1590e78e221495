namespace Steno.Core.Verification;

/// <summary>A file that is no part of a session and no damage either.</summary>
/// <param name="Kind">One of <see cref="Foreign"/>, <see cref="Leftover"/>, <see cref="Kept"/> and <see cref="Missing"/>.</param>
/// <param name="What">A sentence.</param>
public sealed record NotedFile(string File, string Kind, string What)
{
    /// <summary>Somebody else's.</summary>
    public const string Foreign = "foreign";

    /// <summary>Ours, and of no use any more: a crash left it.</summary>
    public const string Leftover = "leftover";

    /// <summary>Something names it, and it is not there; nothing is lost by that alone.</summary>
    public const string Missing = "missing";

    /// <summary>Ours, and kept because it may be of use.</summary>
    public const string Kept = "kept";
}
