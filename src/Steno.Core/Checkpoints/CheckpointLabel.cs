using System.Buffers;
using System.Globalization;
using Steno.Core.Files;

namespace Steno.Core.Checkpoints;

/// <summary>
/// The name that a user gives a checkpoint. It becomes part of a file's name and is printed on terminals, so
/// only what is harmless in both is taken.
/// </summary>
public static class CheckpointLabel
{
    public const int LengthMax = 64;

    public const string Allowed = "1 to 64 characters of A-Z a-z 0-9 . _ -, the first of them no dot and no dash";

    /// <summary>Who names a checkpoint gives a label or an id: neither may be the other.</summary>
    public const string AllowedLabel = $"{Allowed}, and no checkpoint's id (20251130T100000Z_…)";

    /// <summary>Where a session is asked for it means the one that runs: no other can be called so.</summary>
    public const string CurrentSession = "current";

    public const string AllowedName = $"{Allowed}, and not \"{CurrentSession}\", which means the session that runs";

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return label.Length is > 0 and <= LengthMax
            && label[0] is not '.' and not '-'
            && !label.AsSpan().ContainsAnyExcept(Characters);
    }

    /// <summary>Whether a checkpoint that is made now may have it: one of an earlier version may look like an id.</summary>
    public static bool IsValidNow(string label) => IsValid(label)
        && !DateTime.TryParseExact(label.Split('_')[0], LogDirectory.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>The same for the name of a session.</summary>
    public static bool IsValidName(string name) => IsValid(name) && name != CurrentSession;

    /// <exception cref="CheckpointRefusedException">It is not allowed.</exception>
    public static string Require(string label) => IsValidNow(label)
        ? label
        : throw new CheckpointRefusedException(
            $"The label \"{Cut(label)}\" is refused.", $"Allowed: {AllowedLabel}.");

    /// <exception cref="CheckpointRefusedException">It is not allowed.</exception>
    public static string RequireName(string name) => IsValidName(name)
        ? name
        : throw new CheckpointRefusedException($"The name \"{Cut(name)}\" is refused.", $"Allowed: {AllowedName}.");

    private static string Cut(string label) => label.Length <= LengthMax ? label : label[..LengthMax] + "…";
}
