namespace Steno.Benchmarks.Rows;

/// <summary>
/// One stream at full speed through a recorder, and what it cost. Null: messages were missing.
/// </summary>
/// <param name="PerSecond">Durable messages a second, from just before the first was sent.</param>
/// <param name="CpuMicroseconds">User and system time of the whole recorder, for each message.</param>
/// <param name="JournalBytes">Growth of the journal, for each message.</param>
/// <param name="WrittenBytes">What the process caused to be written, for each message.</param>
/// <param name="PeakMemoryBytes">The most memory that the recorder held.</param>
internal sealed record RecordedRun(
    double PerSecond, double CpuMicroseconds, double JournalBytes, double WrittenBytes, double PeakMemoryBytes);
