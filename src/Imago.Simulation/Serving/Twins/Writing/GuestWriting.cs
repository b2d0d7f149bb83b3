using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>
/// Machines that clients register as nodes. Such a node is what its document says, status included; the world schedules onto it, and writes into the document what a
/// control plane does.
/// </summary>
internal sealed class GuestWriting
{
    private const string LeaseNamespace = "kube-node-lease";

    private readonly SimulatedWorld _world;
    private readonly ObjectLedger _ledger;
    private readonly NodeWriting _nodes;
    private readonly Func<string, bool> _isMachine;

    public GuestWriting(SimulatedWorld world, ObjectLedger ledger, NodeWriting nodes, Func<string, bool> isMachine)
    {
        (_world, _ledger, _nodes, _isMachine) = (world, ledger, nodes, isMachine);
        world.Guests.Missed += Missed;
    }

    private NodaTime.Instant Now => _world.State.Time.Now;

    /// <summary>The guest of an entry; null: it is something else.</summary>
    public static SimulatedNode? Of(LedgerEntry entry) => entry.Kind == TwinKind.Nodes && entry.Source is SimulatedNode { IsGuest: true } guest ? guest : null;

    /// <summary>Why nobody may register a node of this name; null: somebody may.</summary>
    public TwinRefusal? RefusalOf(string name) => _isMachine(name)
        ? Refusals.Forbidden(TwinKind.Nodes, name, "this is a name of the cluster's own machines: scale a pool to get those, for example with 'az aks nodepool scale', or register the node under another name")
        : null;

    /// <summary>What is kept of the document of a new node.</summary>
    public static JsonObject Kept(JsonObject document)
    {
        var kept = Defaults.Kept(TwinKind.Nodes, document);
        kept.With("status", document.Copy("status"));
        return kept;
    }

    public static ImmutableArray<TwinCause> Problems(JsonObject kept)
    {
        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        GuestReading.Check(kept, problems);
        return problems.ToImmutable();
    }

    /// <summary>A machine registers.</summary>
    public LedgerEntry Create(ObjectKey key, JsonObject kept)
    {
        GuestConditions.Settle(kept, null, Now);
        var guest = _world.Nodes.Welcome(GuestReading.Blueprint(key.Name, kept));
        var entry = _ledger.Find(TwinKind.Nodes, key)!;
        entry.Document = kept;
        Paint(guest, kept);
        _world.Guests.Heard(guest);
        Report(guest, kept);
        return entry;
    }

    /// <summary>What a write makes of a guest's document: its status alone, or everything but it; null: nothing new.</summary>
    public static JsonObject? Written(LedgerEntry entry, JsonObject document, bool isStatus)
    {
        var present = entry.Document!;
        var kept = Defaults.Kept(TwinKind.Nodes, document);
        if (isStatus)
        {
            kept.Remove("spec");
            kept.With("spec", present.Copy("spec"));
        }

        kept.With("status", (isStatus ? document : present).Copy("status"));
        return AreSame(present, kept, "metadata", "spec", "status") ? null : kept;
    }

    /// <summary>Makes a guest what its document says by now.</summary>
    public void Replace(LedgerEntry entry, SimulatedNode guest, JsonObject kept)
    {
        var former = entry.Document!;
        GuestConditions.Settle(kept, former, Now);
        entry.Document = kept;
        if (AreSame(former, kept, "metadata", "spec") && AreSame(former.Child("status"), kept.Child("status"), "allocatable", "capacity", "nodeInfo"))
        {
            // A heartbeat: nothing that the scheduler looks at.
            _world.State.Changed(guest);
        }
        else
        {
            Paint(guest, kept);
        }

        if (!AreSame(former, kept, "status"))
        {
            _world.Guests.Heard(guest);
        }

        Report(guest, kept);
    }

    /// <summary>A lease was written; a guest's is its sign of life.</summary>
    public void Renewed(ObjectKey lease)
    {
        if (lease.Namespace is LeaseNamespace && _world.State.Nodes.GetValueOrDefault(lease.Name) is { IsGuest: true } guest)
        {
            _world.Guests.Heard(guest);
        }
    }

    private void Paint(SimulatedNode guest, JsonObject kept) =>
        _nodes.Replace(guest, kept, GuestReading.Blueprint(guest.Name, kept) with { Uid = guest.Blueprint.Uid, CreatedAt = guest.CreatedAt });

    private void Report(SimulatedNode guest, JsonObject kept) => _world.Guests.Report(guest, GuestReading.Readiness(kept), GuestReading.IsUnderPressure(kept));

    private void Missed(SimulatedNode guest)
    {
        var entry = _ledger.Find(TwinKind.Nodes, new ObjectKey("", guest.Name))!;
        entry.Document = GuestConditions.Missed(entry.Document!, Now);
    }

    private static bool AreSame(JsonObject? first, JsonObject? second, params ReadOnlySpan<string> members)
    {
        foreach (var member in members)
        {
            if (!JsonNode.DeepEquals(first?[member], second?[member]))
            {
                return false;
            }
        }

        return true;
    }
}
