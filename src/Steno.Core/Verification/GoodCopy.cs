namespace Steno.Core.Verification;

/// <summary>
/// Lines that are damaged in one place and whole in another: they were read there, and the chain proves them.
/// </summary>
/// <param name="Role">What kind of file has them.</param>
/// <param name="File">The file; of a checkpoint its manifest.</param>
public sealed record GoodCopy(FileRole Role, string File, long FirstSeq, long LastSeq);
