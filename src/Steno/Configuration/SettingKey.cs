namespace Steno.Configuration;

/// <summary>A setting and its three names. The list is complete: what is not here is refused.</summary>
/// <param name="Name">In <c>steno.json</c>, and in messages.</param>
/// <param name="Option">On the command line.</param>
/// <param name="Variable">In the environment.</param>
/// <param name="Argument">What stands for its value in help.</param>
/// <param name="Description">For help, with the default.</param>
/// <param name="InFile">What it may be in <c>steno.json</c>, where values have kinds.</param>
/// <param name="Repeatable">Whether it takes several values: a list in <c>steno.json</c>, commas in the
/// variable.</param>
internal sealed record SettingKey(
    string Name, string Option, string Variable, string Argument, string Description, SettingForm InFile = SettingForm.Text,
    bool Repeatable = false)
{
    public static readonly SettingKey Logs = new("logs", "--logs", "STENO_LOGS", "DIR",
        "Log directory [default: conversation_logs]");

    public static readonly SettingKey Brokers = new("brokers", "--broker", "STENO_BROKER", "ENDPOINT",
        "The broker's door for subscribers; may be given several times [default: tcp://127.0.0.1:5555]",
        Repeatable: true);

    public static readonly SettingKey Direct = new("direct", "--direct", "STENO_DIRECT", "ENDPOINT",
        "The recorder's own door, for agents that PUSH to it; `off` for none [default: tcp://127.0.0.1:5557]");

    public static readonly SettingKey Publishers = new("publishers", "--publishers", "STENO_PUBLISHERS", "ENDPOINT",
        "Where Steno's broker takes in what agents publish (PUB) [default: tcp://127.0.0.1:5556]");

    public static readonly SettingKey Subscribers = new("subscribers", "--subscribers", "STENO_SUBSCRIBERS",
        "ENDPOINT", "Where Steno's broker serves subscribers (SUB) [default: tcp://127.0.0.1:5555]");

    public static readonly SettingKey QueueBudget = new("queue_budget", "--queue-budget", "STENO_QUEUE_BUDGET",
        "SIZE", "Memory for messages received and not yet recorded [default: 256MiB]", SettingForm.Number);

    public static readonly SettingKey MessageLimit = new("message_limit", "--message-limit", "STENO_MESSAGE_LIMIT",
        "SIZE", "A larger message is recorded by its beginning, length and hash [default: 128MiB]", SettingForm.Number);

    public static readonly SettingKey DiskReserve = new("disk_reserve", "--disk-reserve", "STENO_DISK_RESERVE",
        "SIZE", "Room on the disk that the recorder leaves free; it waits until there is more [default: 64MiB]", SettingForm.Number);

    public static readonly SettingKey CheckpointInterval = new("checkpoint_interval", "--checkpoint-every",
        "STENO_CHECKPOINT_INTERVAL", "TIME", "Between two automatic checkpoints; 0 for none [default: 5m]", SettingForm.Number);

    public static readonly SettingKey RotateAt = new("rotate_at", "--rotate-at", "STENO_ROTATE_AT", "SIZE",
        "Size of a journal at which a new session goes on in another; 0 for never [default: 1GiB]", SettingForm.Number);

    public static readonly SettingKey Rules = new("rules", "--rules", "STENO_RULES", "FILE",
        "Enrichment rules in place of the built-in ones");

    public static readonly SettingKey AllowRemote = new("allow_remote", "--allow-remote", "STENO_ALLOW_REMOTE",
        "BOOL", "Let doors listen beyond this machine. Anyone who reaches them can read and write", SettingForm.Flag);

    public static readonly IReadOnlyList<SettingKey> All =
        [Logs, Brokers, Direct, Publishers, Subscribers, QueueBudget, MessageLimit, DiskReserve, CheckpointInterval,
            RotateAt, Rules, AllowRemote];
}
