using Steno.Processes;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// Ctrl+C, SIGTERM or a closed terminal while a verb changes something: it is cancelled where that is safe, says in a line what became of
/// it, and exits with 130. A second Ctrl+C ends the process at once. Not around a question: whoever is asked has nothing to clean up.
/// </summary>
internal sealed class Interruption(VerbContext context, string becameOfIt)
{
    /// <summary>What is said, if it is interrupted now: what became of the work, in a sentence or two.</summary>
    public string BecameOfIt { get; set; } = becameOfIt;

    public async Task<int> RunAsync(Func<CancellationToken, Task<int>> work)
    {
        using StopSignals signals = new();
        try
        {
            return await work(signals.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            context.Output.Flush();
            context.Error.Prose($"{Styled.Warning("Interrupted.")} {context.Hints.In(BecameOfIt)}");
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>Asks the recorder, and else does it here.</summary>
    /// <param name="ask">Null: no recorder runs.</param>
    /// <param name="goesOn">What is said, if it is interrupted while the recorder is asked.</param>
    public async Task<T> AskAsync<T>(Func<Task<T?>> ask, string goesOn, Func<T> alone)
        where T : class
    {
        string before = BecameOfIt;
        BecameOfIt = goesOn;
        T? answer = await ask().ConfigureAwait(false);
        BecameOfIt = before;
        return answer ?? alone();
    }
}
