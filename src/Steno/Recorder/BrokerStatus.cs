namespace Steno.Recorder;

/// <summary>The broker that <c>steno start</c> launched for the log directory, as <c>status</c> sees it: the recorder knows nothing of it.</summary>
/// <param name="Log">Where it says all.</param>
/// <param name="Warnings">Of this broker, the latest first; 20 at most, out of the end of its log.</param>
internal sealed record BrokerStatus(int Pid, string Log, IReadOnlyList<BrokerWarning> Warnings);

/// <summary>Something that the broker warned of, such as a publisher at the door for subscribers.</summary>
/// <param name="Text">What was logged last, with what to do.</param>
/// <param name="Count">So often at least: of what comes fast, what was not logged is counted when the next is.</param>
/// <param name="Last">When it was logged last.</param>
internal sealed record BrokerWarning(string Text, long Count, DateTimeOffset Last);
