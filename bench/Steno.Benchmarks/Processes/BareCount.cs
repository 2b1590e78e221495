namespace Steno.Benchmarks.Processes;

/// <summary>What the bare subscriber has counted.</summary>
/// <param name="Messages">Messages that came.</param>
/// <param name="FirstNs">When the first came, on the monotonic clock.</param>
/// <param name="LastNs">When the last came.</param>
/// <param name="Cpu">User and system time of the whole process.</param>
internal readonly record struct BareCount(long Messages, long FirstNs, long LastNs, TimeSpan Cpu);
