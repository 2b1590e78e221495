using System.Net.Http.Json;
using Steno.Core;

namespace Steno.Control;

/// <summary>Asks the recorder of one log directory for another session. Not thread-safe.</summary>
/// <param name="logs">The log directory.</param>
internal sealed class SessionClient(string logs) : IDisposable
{
    private readonly OrderClient _orders = new(logs);

    /// <summary>Null: no recorder runs.</summary>
    /// <exception cref="StenoException">It refuses, fails or does not answer.</exception>
    public Task<BegunSession?> NewAsync(string? name, CancellationToken cancellation) => _orders.AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, SessionDoor.Path)
        {
            Content = JsonContent.Create(new NewSessionOrder { Name = name }, SessionOrderJson.Default.NewSessionOrder),
        },
        SessionOrderJson.Default.BegunSession, cancellation);

    /// <inheritdoc cref="NewAsync"/>
    public Task<BegunSession?> LoadAsync(LoadOrder order, CancellationToken cancellation) => _orders.AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, SessionDoor.LoadPath)
        {
            Content = JsonContent.Create(order, SessionOrderJson.Default.LoadOrder),
        },
        SessionOrderJson.Default.BegunSession, cancellation);

    public void Dispose() => _orders.Dispose();
}
