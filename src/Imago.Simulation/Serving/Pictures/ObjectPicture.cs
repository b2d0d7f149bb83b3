using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Serving.Twins.Ledger;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>The books of the cluster's API: versions, identities, and what somebody wrote. What the world itself knows of an object is found there again.</summary>
internal static class ObjectPicture
{
    public static void Write(PictureWriter to, ServedWorld served)
    {
        to.Number(served.Ledger.Version);
        foreach (var kind in TwinKind.All)
        {
            to.List(served.Ledger.All(kind), entry => Write(to, entry));
        }
    }

    public static void Read(PictureReader from, ServedWorld served)
    {
        var version = from.Number();
        var entries = new List<LedgerEntry>();
        foreach (var kind in TwinKind.All)
        {
            entries.AddRange(from.List(() => ReadEntry(from, kind, served)));
        }

        served.Ledger.Restore(version, entries);
    }

    private static void Write(PictureWriter to, LedgerEntry entry)
    {
        to.Text(entry.Key.Namespace);
        to.Text(entry.Key.Name);
        to.Text(entry.Uid);
        to.Time(entry.CreatedAt);
        to.Number(entry.Version);
        to.Time(entry.ChangedAt);
        to.Number(entry.Generation);
        to.Maybe(entry.DeletedAt, to.Time);
        to.Number(entry.Grace);
        to.Time(entry.BoundAt);
        to.Time(entry.ReadyAt);
        to.Flags(entry.WasBound, entry.WasReady, entry.WasSet, entry.Source is not null);
        to.Text(entry.Document?.ToJsonString());
        to.Once(entry.Source as ToldEvent, told =>
        {
            to.Text(told.Node);
            to.Text(told.Uid);
            to.Text(told.Reason);
            to.Text(told.Message);
            to.Flag(told.IsWarning);
            to.Text(told.Component);
        });
    }

    private static LedgerEntry ReadEntry(PictureReader from, TwinKind kind, ServedWorld served)
    {
        var entry = new LedgerEntry(kind, new ObjectKey(from.Text(), from.Text()), from.Text(), from.Time())
        {
            Version = from.Number(),
            ChangedAt = from.Time(),
            Generation = from.Number(),
            DeletedAt = from.Maybe(from.Time),
            Grace = from.Number(),
            BoundAt = from.Time(),
            ReadyAt = from.Time(),
        };
        var flag = from.Flags();
        (entry.WasBound, entry.WasReady, entry.WasSet) = (flag(0), flag(1), flag(2));
        entry.Document = from.MaybeText() is { } text ? JsonNode.Parse(text)!.AsObject() : null;
        var told = from.Once(() => new ToldEvent(from.Text(), from.Text(), from.Text(), from.Text(), from.Flag(), from.Text()));
        entry.Source = !flag(3) ? null : told ?? SourceOf(entry, served);
        return entry;
    }

    private static object? SourceOf(LedgerEntry entry, ServedWorld served)
    {
        var state = served.World.State;
        return entry.Kind switch
        {
            _ when entry.Kind == TwinKind.Nodes || entry.Kind == TwinKind.Leases => state.Nodes.GetValueOrDefault(entry.Key.Name),
            _ when entry.Kind == TwinKind.Pods => state.Pods.GetValueOrDefault(entry.Key),
            _ when entry.Kind == TwinKind.Budgets => state.Budgets.GetValueOrDefault(entry.Key),
            _ when entry.Kind == TwinKind.Deployments => state.Workloads.Find(w => w.Scaled.Ref == new WorkloadRef("Deployment", entry.Key.Name) && Is(w.Namespace))?.Scaled,
            _ => state.Workloads.Find(w => string.Equals(w.Ref.Name, entry.Key.Name, StringComparison.Ordinal) && Is(w.Namespace) && ObjectLedger.KindOf(w) == entry.Kind),
        };

        bool Is(string inNamespace) => string.Equals(inNamespace, entry.Key.Namespace, StringComparison.Ordinal);
    }
}
