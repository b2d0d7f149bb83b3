using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What clients of the cluster's API write: checked as the API does, then done in the world as far as it understands, and entered in the books.</summary>
/// <remarks>A dry run and a refusal leave no trace, neither in the world nor in the books.</remarks>
internal sealed class TwinWrites
{
    private readonly SimulatedWorld _world;
    private readonly ObjectLedger _ledger;
    private readonly TwinObjects _objects;
    private readonly NodeWriting _nodes;
    private readonly PodWriting _pods;
    private readonly WorkloadWriting _workloads;
    private readonly NamespaceWriting _namespaces;
    private readonly GuestWriting _guests;

    /// <summary>Writes into a world and its books.</summary>
    /// <param name="world">The world.</param>
    /// <param name="ledger">The books.</param>
    /// <param name="isMachine">Whether a name is one of the cluster's own machines.</param>
    public TwinWrites(SimulatedWorld world, ObjectLedger ledger, Func<string, bool> isMachine)
    {
        (_world, _ledger) = (world, ledger);
        _objects = new TwinObjects(world.State, ledger);
        _nodes = new NodeWriting(world);
        _guests = new GuestWriting(world, ledger, _nodes, isMachine);
        _pods = new PodWriting(world, ledger);
        _workloads = new WorkloadWriting(world, ledger);
        _namespaces = new NamespaceWriting(world, ledger, _workloads);
    }

    public TwinAnswer Create(TwinKind kind, JsonObject document, bool dryRun)
    {
        var metadata = document.Child("metadata");
        var key = KeyOf(kind, metadata);
        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        Validation.OfMetadata(kind, key.Name, metadata, problems);
        if (problems.Count > 0)
        {
            return Refusals.Invalid(kind, key.Name, problems.ToImmutable());
        }

        if (kind.Namespaced && _ledger.Find(TwinKind.Namespaces, new ObjectKey("", key.Namespace)) is var home && home is not { DeletedAt: null })
        {
            return home is null ? Refusals.NotFound(TwinKind.Namespaces, key.Namespace) : Refusals.Terminating(kind, key);
        }

        if (_ledger.Find(kind, key) is { } present && !ObjectLedger.IsOver(present, _world.State.Time.Now))
        {
            return Refusals.AlreadyExists(kind, key.Name);
        }

        if (kind == TwinKind.Nodes && _guests.RefusalOf(key.Name) is { } refused)
        {
            return refused;
        }

        var kept = kind == TwinKind.Nodes ? GuestWriting.Kept(document) : Defaults.Kept(kind, document);
        return Problems(kind, kept) is { IsEmpty: false } found ? Refusals.Invalid(kind, key.Name, found)
            : dryRun ? Preview(kind, key, kept, null)
            : _objects.Of(Create(kind, key, kept));
    }

    public TwinAnswer Replace(TwinKind kind, JsonObject document, string? subresource, bool dryRun)
    {
        var metadata = document.Child("metadata");
        var key = new ObjectKey(kind.Namespaced ? metadata.Text("namespace") ?? "default" : "", metadata.Text("name") ?? "");
        if (Find(kind, key) is not { } entry)
        {
            return Refusals.NotFound(kind, key.Name);
        }

        if (Lost(entry, metadata.Text("uid"), metadata.Text("resourceVersion")) is { } lost)
        {
            return lost;
        }

        if (subresource is "scale")
        {
            return Scale(entry, document.Child("spec").Whole("replicas") ?? 0, dryRun);
        }

        if (GuestWriting.Of(entry) is { } guest)
        {
            return ReplaceGuest(entry, guest, document, isStatus: subresource is "status", dryRun);
        }

        var current = _objects.Of(entry);

        // Status is what the twin itself knows: whoever writes it is told that it is done, as if a kubelet or a controller had written again since.
        if (subresource is not null || Sameness.AreSame(current.Render(), document))
        {
            return current;
        }

        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        Validation.OfMetadata(kind, key.Name, metadata, problems);
        var kept = Defaults.Kept(kind, document);
        problems.AddRange(Problems(kind, kept));
        problems.AddRange(Immutables(kind, current.Render(), kept));
        if (problems.Count > 0)
        {
            return Refusals.Invalid(kind, key.Name, problems.ToImmutable());
        }

        if (dryRun)
        {
            return Preview(kind, key, kept, entry);
        }

        Replace(entry, kept);
        return _objects.Of(entry);
    }

    private TwinAnswer ReplaceGuest(LedgerEntry entry, SimulatedNode guest, JsonObject document, bool isStatus, bool dryRun)
    {
        if (GuestWriting.Written(entry, document, isStatus) is not { } kept)
        {
            return _objects.Of(entry);
        }

        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        Validation.OfMetadata(entry.Kind, entry.Key.Name, document.Child("metadata"), problems);
        problems.AddRange(GuestWriting.Problems(kept));
        if (problems.Count > 0)
        {
            return Refusals.Invalid(entry.Kind, entry.Key.Name, problems.ToImmutable());
        }

        if (dryRun)
        {
            return Preview(entry.Kind, entry.Key, kept, entry);
        }

        _guests.Replace(entry, guest, kept);
        return _objects.Of(entry);
    }

    public TwinAnswer Delete(TwinKind kind, ObjectKey key, DeletionAsked asked)
    {
        if (Find(kind, key) is not { } entry)
        {
            return Refusals.NotFound(kind, key.Name);
        }

        if (asked.Uid is { } uid && !string.Equals(uid, entry.Uid, StringComparison.Ordinal))
        {
            return Refusals.OtherUid(kind, key.Name, uid, entry.Uid);
        }

        if (asked.ResourceVersion is { } version && !string.Equals(version, $"{entry.Version}", StringComparison.Ordinal))
        {
            return Refusals.OtherVersion(kind, key.Name, version, entry.Version);
        }

        if (kind == TwinKind.Namespaces && NamespaceWriting.IsKept(key.Name))
        {
            return Refusals.Forbidden(kind, key.Name, "this namespace may not be deleted");
        }

        var last = _objects.Of(entry);
        if (asked.DryRun)
        {
            return last;
        }

        Delete(entry, asked);
        return Find(kind, key) == entry ? _objects.Of(entry) : last;
    }

    public TwinAnswer Evict(ObjectKey key, DeletionAsked asked)
    {
        if (_ledger.Find(TwinKind.Pods, key) is not { } entry)
        {
            return Refusals.NotFound(TwinKind.Pods, key.Name);
        }

        var last = _objects.Of(entry);
        return _pods.Evict(entry, asked) is { } refused ? refused : _ledger.Find(TwinKind.Pods, key) == entry ? _objects.Of(entry) : last;
    }

    private LedgerEntry? Find(TwinKind kind, ObjectKey key) => _ledger.Find(kind, key) is { } entry && !ObjectLedger.IsOver(entry, _world.State.Time.Now) ? entry : null;

    private LedgerEntry Create(TwinKind kind, ObjectKey key, JsonObject kept)
    {
        if (_ledger.Find(kind, key) is { } over)
        {
            _ledger.Remove(over);
        }

        if (kind == TwinKind.Pods)
        {
            return _pods.Create(key, kept);
        }

        if (kind == TwinKind.Nodes)
        {
            return _guests.Create(key, kept);
        }

        if (kind == TwinKind.Leases)
        {
            _guests.Renewed(key);
        }

        if (kind.IsWorkload)
        {
            return _workloads.Create(kind, key, kept);
        }

        if (kind == TwinKind.Budgets)
        {
            _world.Budgets.Create(Reading.Budget(kept, key));
            var budget = _ledger.Find(kind, key)!;
            budget.Document = kept;
            return budget;
        }

        if (kind == TwinKind.Namespaces)
        {
            var made = _ledger.Namespace(key.Name);
            made.Document = kept;
            return made;
        }

        return kind == TwinKind.Events ? _ledger.AddEvent(key, null, kept) : _ledger.Add(kind, key, document: kept);
    }

    private void Replace(LedgerEntry entry, JsonObject kept)
    {
        if (entry.Source is SimulatedNode node && entry.Kind == TwinKind.Nodes)
        {
            _nodes.Replace(node, kept);
        }
        else if (entry.Kind == TwinKind.Pods)
        {
            _pods.Replace(entry, kept);
        }
        else if (entry.Kind.IsWorkload)
        {
            _workloads.Replace(entry, kept);
        }
        else if (entry.Source is SimulatedBudget budget)
        {
            var other = !JsonNode.DeepEquals(kept["spec"], _objects.Of(entry).Render()["spec"]);
            entry.Document = kept;
            if (other)
            {
                entry.Generation++;
                _world.Budgets.Rewrite(budget, Reading.Budget(kept, entry.Key));
            }
            else
            {
                _ledger.Touch(entry);
            }
        }
        else
        {
            (entry.Document, entry.Source) = (kept, null);
            _ledger.Touch(entry);
            if (entry.Kind == TwinKind.Leases)
            {
                _guests.Renewed(entry.Key);
            }
        }
    }

    private void Delete(LedgerEntry entry, DeletionAsked asked)
    {
        switch (entry.Source)
        {
            case SimulatedNode node when entry.Kind == TwinKind.Nodes:
                _world.Nodes.Remove(node);
                break;
            case SimulatedPod pod:
                _pods.Delete(pod, asked.GracePeriod);
                break;
            case SimulatedBudget budget:
                _world.Budgets.Remove(budget);
                break;
            default:
                if (entry.Kind.IsWorkload)
                {
                    _workloads.Delete(entry, orphan: asked.Propagation is "Orphan");
                }
                else if (entry.Kind == TwinKind.Namespaces)
                {
                    _namespaces.Delete(entry);
                }
                else
                {
                    _ledger.Remove(entry);
                }

                break;
        }
    }

    private TwinAnswer Scale(LedgerEntry entry, long replicas, bool dryRun)
    {
        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        Validation.OfReplicas(new JsonObject { ["replicas"] = replicas }, problems);
        if (problems.Count > 0)
        {
            return Refusals.Invalid(entry.Kind, entry.Key.Name, problems.ToImmutable());
        }

        if (!dryRun)
        {
            _workloads.Scale(entry, (int)Math.Min(replicas, WorkloadWriting.MostReplicas));
        }

        return _objects.Of(entry);
    }

    private static TwinRefusal? Lost(LedgerEntry entry, string? uid, string? version) =>
        !string.IsNullOrEmpty(uid) && !string.Equals(uid, entry.Uid, StringComparison.Ordinal) ? Refusals.OtherUid(entry.Kind, entry.Key.Name, uid, entry.Uid)
        : !string.IsNullOrEmpty(version) && !string.Equals(version, $"{entry.Version}", StringComparison.Ordinal) ? Refusals.Modified(entry.Kind, entry.Key.Name)
        : null;

    private static ImmutableArray<TwinCause> Problems(TwinKind kind, JsonObject kept)
    {
        var problems = ImmutableArray.CreateBuilder<TwinCause>();
        if (kind == TwinKind.Pods)
        {
            Validation.OfPod(kept.Child("spec"), "spec", problems);
        }
        else if (kind.IsWorkload)
        {
            Validation.OfController(kept.Child("spec"), problems);
        }
        else if (kind == TwinKind.Budgets)
        {
            Validation.OfBudget(kept.Child("spec"), problems);
        }
        else if (kind == TwinKind.Nodes)
        {
            GuestReading.Check(kept, problems);
        }

        return problems.ToImmutable();
    }

    private static IEnumerable<TwinCause> Immutables(TwinKind kind, JsonObject current, JsonObject kept)
    {
        var (before, after) = (current.Child("spec"), kept.Child("spec"));
        if (kind.IsWorkload && !JsonNode.DeepEquals(before?["selector"], after?["selector"]))
        {
            yield return Refusals.InvalidValue("spec.selector", after?["selector"]?.ToJsonString() ?? "null", "field is immutable");
        }

        if (kind == TwinKind.Pods && !Sameness.AreSamePods(before, after))
        {
            yield return new TwinCause(
                "FieldValueForbidden",
                "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
                "spec");
        }
    }

    private TwinObject Preview(TwinKind kind, ObjectKey key, JsonObject kept, LedgerEntry? entry)
    {
        var now = _world.State.Time.Now;
        var facts = entry is not null
            ? entry.Facts() with { Document = kept }
            : new EntryFacts(kind, key, "", now, 0, now, 1, null, 0, now, now, kept);
        var labels = kept.Child("metadata").Texts("labels").ToImmutableDictionary(StringComparer.Ordinal);
        return new TwinObject(key, facts.Uid, facts.Version, labels, () => PlainRendering.Render(facts));
    }

    private ObjectKey KeyOf(TwinKind kind, JsonObject? metadata)
    {
        var name = metadata.Text("name");
        if (string.IsNullOrEmpty(name) && metadata.Text("generateName") is { Length: > 0 } beginning)
        {
            // As long as names may be; five letters follow.
            name = $"{(beginning.Length > 58 ? beginning[..58] : beginning)}{NameLetters.Of(_world.State.Seed.Fork("name").Fork(_ledger.Version), 5)}";
        }

        return new ObjectKey(kind.Namespaced ? metadata.Text("namespace") ?? "default" : "", name ?? "");
    }
}
