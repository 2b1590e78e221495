namespace Steno.Benchmarks.Processes;

/// <summary>Of what <c>steno status</c> knows, the part that is needed here.</summary>
internal sealed record RecorderReport(bool Recording, string Reason, long Received, long DurableSeq, long Stalls);
