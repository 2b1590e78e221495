using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Simulation;

/// <summary>The load of a checkpoint, in the steps of the recorder: what is refused before the switch ends nothing.</summary>
internal sealed class SimulatedLoad(LogDirectory logs, TimeProvider time)
{
    public void Run(LiveSession live, Random chance)
    {
        CheckpointLoader loader = new(logs, TestComposer.New(), time);
        live.Commit();
        SuccessionOrder order;
        try
        {
            OpenedSession current = live.Current;
            CheckpointStore store = new(logs, time);
            store.Create(
                CheckpointSubjects.Of(current.Manifest, logs, current.Writer.DurableEnd), new CheckpointRequest(CheckpointReason.BeforeLoad));
            IReadOnlyList<string> ids = CheckpointCatalogue.Ids(logs);
            order = SuccessionOrder.Load(loader.Prepare(CheckpointCatalogue.Load(logs, ids[chance.Next(ids.Count)])));
        }
        catch (StenoException)
        {
            Try(loader.Undo);
            return;
        }

        live.Ask(order);
        live.SucceedIfDue();
        Try(order.Done.IsCompletedSuccessfully ? loader.Finish : loader.Undo);
    }

    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (StorageException)
        {
            // The next start does it.
        }
    }
}
