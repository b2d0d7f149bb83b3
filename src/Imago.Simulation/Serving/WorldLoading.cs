using Imago.Application.Storage;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pictures;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Serving;

/// <summary>Brings a stored world back to life: the picture, and after it every call at its instant.</summary>
internal static class WorldLoading
{
    public static async ValueTask<LoadedWorld> LoadAsync(IStore store, string clusterKey, ITraceSink? trace, CancellationToken cancellation)
    {
        if (await store.JournalAsync(clusterKey, cancellation) is not { } journal)
        {
            return new LoadedWorld(null, 0, 0, trace);
        }

        // An empty picture stands for a cluster that was forgotten.
        var world = journal.Snapshot is { Content.IsEmpty: false } picture ? WorldPicture.Restore(picture.Content, trace) : null;
        foreach (var entry in journal.Entries)
        {
            var line = JournalText.Read<JournalLine>(entry.Json);
            if (line.Call is WorldCall.Created created)
            {
                world = ServedWorld.Create(created, line.At, trace);
            }
            else
            {
                (world ?? throw new InvalidDataException($"The journal of simulated cluster '{clusterKey}' begins with entry {entry.Number}, and there is no picture before it. Restore the database from a backup."))
                    .Carry(line.Call, line.At);
            }
        }

        var last = journal.Entries.IsEmpty ? journal.Snapshot?.UpToNumber ?? 0 : journal.Entries[^1].Number;
        return new LoadedWorld(world, last, journal.Entries.Length, trace);
    }
}
