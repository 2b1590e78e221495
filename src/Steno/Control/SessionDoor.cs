using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Recorder;

namespace Steno.Control;

/// <summary>Answers requests for another session: a new one, or one that begins with a checkpoint's lines.</summary>
/// <param name="logs">Where checkpoints are looked for.</param>
internal sealed class SessionDoor(
    LogDirectory logs, Func<string?, Task<Succession>> begin, Func<LoadSource, Task<LoadedCheckpoint>> load)
{
    public const string Path = "/v1/sessions";

    public const string LoadPath = "/v1/checkpoints/load";

    private const string Stopping = "Ask again without it: then it is done at once.";

    public Task NewAsync(HttpContext context) => DoorAnswers.SendAsync(context, Stopping, async () =>
    {
        NewSessionOrder order = await DoorAnswers.ReadAsync(
            context.Request, SessionOrderJson.Default.NewSessionOrder, "a session", "{\"name\":\"refactoring\"}").ConfigureAwait(false);
        if (order.Name is { } name) CheckpointLabel.RequireName(name);
        Succession done = await begin(order.Name).ConfigureAwait(false);
        return JsonSerializer.SerializeToUtf8Bytes(BegunSession.Of(done), SessionOrderJson.Default.BegunSession);
    });

    public Task LoadAsync(HttpContext context) => DoorAnswers.SendAsync(context, Stopping, async () =>
    {
        LoadOrder order = await DoorAnswers.ReadAsync(
            context.Request, SessionOrderJson.Default.LoadOrder, "a load", "{\"checkpoint\":\"before-refactoring\"}").ConfigureAwait(false);
        LoadedCheckpoint done = await load(SourceOf(order)).ConfigureAwait(false);
        return JsonSerializer.SerializeToUtf8Bytes(
            BegunSession.Of(done.Succession) with { BeforeLoad = done.End }, SessionOrderJson.Default.BegunSession);
    });

    private LoadSource SourceOf(LoadOrder order) => order switch
    {
        { Checkpoint: { } which, File: null } => LoadSource.Of(CheckpointCatalogue.Find(logs, which)),
        { Checkpoint: null, File: { } path } when System.IO.Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal) =>
            LoadSource.OfFile(path),
        _ => throw new CheckpointRefusedException(
            "It is not said what is to be loaded.", "Give either \"checkpoint\", an id or label, or \"file\", an absolute path."),
    };
}
