using System.Globalization;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>What is wrong with a journal or a copy of it, in words.</summary>
public static class DamageText
{
    /// <summary>Of a file that another user's, or its mode, keeps from this one.</summary>
    internal const string Forbidden = "This user may not read it. `steno recover` gives the right to its owner; who is not the owner needs `chown`.";

    /// <summary>Of bytes that read as zeros: see <see cref="Files.BadSectors"/>.</summary>
    internal const string Refused = " The disk does not give out these bytes (input/output error): see the kernel log.";

    internal static string NameOf(DamageKind kind) => kind switch
    {
        DamageKind.Altered => "altered",
        DamageKind.Unverifiable => "unverifiable",
        DamageKind.Missing => "missing",
        DamageKind.Doubled => "doubled",
        DamageKind.Misplaced => "misplaced",
        DamageKind.Foreign => "foreign",
        _ => "torn",
    };

    /// <summary>Such as <c>Lines 4 to 6</c>.</summary>
    public static string LinesOf(long first, long last) => first == last
        ? string.Create(CultureInfo.InvariantCulture, $"Line {first}")
        : string.Create(CultureInfo.InvariantCulture, $"Lines {first} to {last}");

    /// <summary>Such as <c>1 line</c>.</summary>
    internal static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    internal static string Describe(in JournalDamage damage)
    {
        bool one = damage.FirstSeq == damage.LastSeq;
        string lines = LinesOf(damage.FirstSeq, damage.LastSeq);
        string verb = one ? "is" : "are";
        return damage.Kind switch
        {
            DamageKind.Altered => $"{lines} {verb} not as written.",
            DamageKind.Unverifiable => $"{lines} {verb} whole, and nothing proves it: what comes before is damaged.",
            DamageKind.Missing => damage.LastSeq == 0 ? "The file is missing." : $"{lines} {verb} missing.",
            DamageKind.Doubled => $"{lines} {verb} there a second time; nothing is lost.",
            DamageKind.Misplaced => $"{lines} {verb} in the wrong place; nothing is lost.",
            DamageKind.Foreign => $"Behind line {damage.LastSeq} there is what was never recorded there; nothing is lost.",
            _ => damage.Length == 0 ? $"{lines} has lost its newline." : $"{lines} is not finished: a crash leaves that, and the next start mends it.",
        };
    }
}
