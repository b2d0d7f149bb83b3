using Imago.Application.History;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pools;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Rollout records, operations of the provider, and the scale sets.</summary>
internal static class LedgerPicture
{
    // As the protocol of providers has it.
    private static readonly Duration Remembered = Duration.FromDays(7);

    public static void Write(PictureWriter to, ServedWorld served)
    {
        var store = served.World.RecordStore;
        to.Number(store.HighestEpoch);
        to.Number(store.Writes);
        to.List<StoredRecord>([.. store.All.Values], r =>
        {
            to.Text(RecordText.Write(r.Record));
            to.Text(r.Version);
        });
        var provider = served.World.Provider;
        to.Number(provider.HighestEpoch);
        to.List<string>([.. provider.Extra], to.Text);
        to.List(Asked(provider, store, served.World.Time.Now), operation =>
        {
            to.Text(operation.Id);
            to.Number((int)operation.State);
            to.Maybe(operation.EndedAt, to.Time);
            to.Text(operation.Code);
            to.Text(operation.Message);
        });
        to.Text(served.Pools.Order is { } order ? JournalText.Write(order) : null);
        to.List(served.Pools.Numbers, pair =>
        {
            to.Text(pair.Key);
            to.Number(pair.Value);
        });
        to.List<string>([.. served.Pools.Awaited], to.Text);
        to.List([.. served.Pools.Pools.SelectMany(p => p.Value.Machines.Values, (p, m) => (Pool: p.Key, Machine: m))], entry =>
        {
            to.Text(entry.Pool);
            to.Number(entry.Machine.Number);
            to.Text(entry.Machine.Name);
            to.Text(entry.Machine.Zone);
        });
    }

    public static void Read(PictureReader from, ServedWorld served)
    {
        var (epoch, writes) = (from.Number(), from.Number());
        served.World.RecordStore.Restore(epoch, writes, from.List(() => new StoredRecord(RecordText.Read(from.Text()), from.Text())));
        served.World.Provider.Restore(
            from.Number(), from.Texts(),
            from.List(() => new ProviderOperation(from.Text(), (OperationState)from.Count(), from.Maybe(from.Time), from.MaybeText(), from.MaybeText())));
        var order = from.MaybeText();
        var numbers = from.List(() => KeyValuePair.Create(from.Text(), from.Count()));
        var awaited = from.Texts();
        var machines = from.List(() => (from.Text(), new Machine(from.Count(), from.Text(), from.MaybeText())));
        if (order is not null)
        {
            served.Pools.Restore(JournalText.Read<ShapeOrder>(order), numbers, awaited, machines);
        }
    }

    // An operation is asked about while its node or surge node is under way. Whose records are in another place may ask for as long as providers promise to remember; forgotten
    // earlier, it would be done again.
    private static List<ProviderOperation> Asked(SimulatedProvider provider, RecordStore store, Instant now)
    {
        var open = store.All.Values.Select(r => r.Record).Where(r => !r.Ended || r.SurgeNodes.Values.Any(s => s.Counts)).Select(r => $"{r.Id}/").ToList();
        var awaited = store.All.Values.SelectMany(r => r.Record.AwaitedOperations()).ToHashSet(StringComparer.Ordinal);
        return [.. provider.Operations.Values
            .Where(o => o.EndedAt is not { } ended || now < ended + Remembered || awaited.Contains(o.Id) || open.Exists(id => o.Id.StartsWith(id, StringComparison.Ordinal)))
            .OrderBy(o => o.Id, StringComparer.Ordinal)];
    }
}
