using Steno.Core.Files;
using Steno.Core.Verification;

namespace Steno.Views;

/// <summary>The JSON of <c>verify</c>; documented in <c>docs/cli.md</c>.</summary>
/// <param name="SessionsInAll">Those that were not read among them.</param>
/// <param name="Bytes">Of all files that were read.</param>
internal sealed record VerificationAnswer(
    int SchemaVersion, bool Intact, string Logs, bool All, IReadOnlyList<VerifiedSessionAnswer> Sessions, int SessionsInAll, int SessionsAbsent, int Checkpoints, long Bytes,
    long ElapsedMs, IReadOnlyList<FoundDamageAnswer> Damage, IReadOnlyList<NotedFile> Noted)
{
    public static VerificationAnswer From(VerificationReport report, LogDirectory logs, bool all, TimeSpan elapsed) => new(
        1, report.IsIntact, logs.Root, all, [.. report.Sessions.Select(VerifiedSessionAnswer.From)], report.SessionsInAll, report.SessionsAbsent, report.Checkpoints, report.Bytes,
        (long)elapsed.TotalMilliseconds, [.. report.Damage.Select(FoundDamageAnswer.From)], report.Noted);
}

internal sealed record VerifiedSessionAnswer(string? Id, string Journal, bool Current, long LastSeq, long Bytes)
{
    public static VerifiedSessionAnswer From(CheckedSession one) =>
        new(one.Id?.ToString(), one.Journal, one.IsCurrent, one.LastSeq, one.Bytes);
}

/// <param name="FirstSeq">Null where no line is concerned, or none can be told.</param>
/// <param name="KnownSince">Null: it is new.</param>
/// <param name="Report">The file that says what is known of it; null: it is new.</param>
internal sealed record FoundDamageAnswer(
    string File, string Role, string Kind, long Offset, long Length, long? FirstSeq, long? LastSeq, string? Session, bool Known,
    DateTimeOffset? KnownSince, string? Report, string Text, IReadOnlyList<GoodCopyAnswer> Copies, bool Copied)
{
    public static FoundDamageAnswer From(FoundDamage one) => new(
        one.File, RoleName.Of(one.Role), one.Kind, one.Offset, one.Length,
        one.FirstSeq > 0 ? one.FirstSeq : null, one.FirstSeq > 0 ? one.LastSeq : null, one.Session?.ToString(), one.IsKnown,
        one.KnownSince, one.Report, one.What,
        [.. one.Copies.Select(copy => new GoodCopyAnswer(RoleName.Of(copy.Role), copy.File, copy.FirstSeq, copy.LastSeq))], one.IsCopied);
}

internal sealed record GoodCopyAnswer(string Role, string File, long FirstSeq, long LastSeq);
