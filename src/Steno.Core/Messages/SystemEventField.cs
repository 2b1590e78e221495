namespace Steno.Core.Messages;

/// <summary>A member of a system event's metadata: a name and a string, an integer or a time.</summary>
public readonly record struct SystemEventField
{
    private SystemEventField(string name, string? text, long number, DateTimeOffset? time) =>
        (Name, Text, Number, Time) = (name, text, number, time);

    public string Name { get; }

    internal string? Text { get; }

    internal long Number { get; }

    internal DateTimeOffset? Time { get; }

    public static SystemEventField Of(string name, string value) => new(name, value, 0, null);

    public static SystemEventField Of(string name, long value) => new(name, null, value, null);

    /// <summary>Written in UTC with microseconds.</summary>
    public static SystemEventField Of(string name, DateTimeOffset value) => new(name, null, 0, value);
}
