using System.Text.Json.Serialization;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// The JSON shapes of the verbs, generated at compile time; documented in <c>docs/cli.md</c>.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(MessagesAnswer))]
[JsonSerializable(typeof(ShownMessageAnswer))]
[JsonSerializable(typeof(CheckpointListAnswer))]
[JsonSerializable(typeof(ShownCheckpointAnswer))]
[JsonSerializable(typeof(DeletedCheckpointAnswer))]
[JsonSerializable(typeof(VerificationAnswer))]
[JsonSerializable(typeof(RecoveryAnswer))]
[JsonSerializable(typeof(SessionListAnswer))]
[JsonSerializable(typeof(ShownSessionAnswer))]
[JsonSerializable(typeof(BegunSessionAnswer))]
internal sealed partial class CommandJson : JsonSerializerContext;
