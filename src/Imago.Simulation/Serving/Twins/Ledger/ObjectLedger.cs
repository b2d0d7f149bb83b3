using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Serving.Twins.Ledger;

/// <summary>
/// The books of the world's API server: one sequence of versions, and for every object its identity, the version of its last change and what somebody wrote about it.
/// Whatever is entered follows from what happens in the world and from what is called, so that a world that is replayed has the same books.
/// </summary>
/// <remarks>It only listens: a world without it goes exactly the same way. Identities are its own; drawing them from the world's would change those of pods to come.</remarks>
internal sealed partial class ObjectLedger
{
    // Nobody asks any more; whoever does again looks at everything.
    private const int MostTouched = 100_000;

    private readonly ClusterState _state;
    private readonly SortedDictionary<ObjectKey, LedgerEntry>[] _entries;
    private Dictionary<(TwinKind Kind, ObjectKey Key), long>? _touched;

    public ObjectLedger(ClusterState state)
    {
        _state = state;
        _entries = [.. TwinKind.All.Select(_ => new SortedDictionary<ObjectKey, LedgerEntry>())];
        state.NodeNews += NodeChanged;
        state.PodNews += PodChanged;
        state.BudgetNews += BudgetChanged;
        state.WorkloadNews += WorkloadChanged;
    }

    /// <summary>The last version that was given.</summary>
    public long Version { get; private set; }

    private Instant Now => _state.Time.Now;

    public IReadOnlyCollection<LedgerEntry> All(TwinKind kind) => _entries[kind.Index].Values;

    public LedgerEntry? Find(TwinKind kind, ObjectKey key) => _entries[kind.Index].GetValueOrDefault(key);

    /// <summary>The world begins: namespaces that every cluster has.</summary>
    public void Begin()
    {
        foreach (var name in (ReadOnlySpan<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            Namespace(name);
        }
    }

    /// <summary>Puts back what was in the books when the world was put away.</summary>
    public void Restore(long version, IEnumerable<LedgerEntry> entries)
    {
        Version = version;
        foreach (var entry in entries)
        {
            _entries[entry.Kind.Index][entry.Key] = entry;
        }

        foreach (var told in All(TwinKind.Events).OrderBy(e => e.Version).ToList())
        {
            _events.Enqueue(told);
        }
    }

    /// <summary>Enters a new object.</summary>
    public LedgerEntry Add(TwinKind kind, ObjectKey key, string? uid = null, Instant? createdAt = null, object? source = null, JsonObject? document = null)
    {
        if (kind.Namespaced)
        {
            Namespace(key.Namespace);
        }

        var entry = new LedgerEntry(kind, key, uid ?? NewUid(kind, key), createdAt ?? Now) { Source = source, Document = document, ReadyAt = Now };
        _entries[kind.Index][key] = entry;
        Touch(entry);
        return entry;
    }

    /// <summary>An object changed.</summary>
    public void Touch(LedgerEntry entry)
    {
        entry.Version = ++Version;
        entry.ChangedAt = Now;
        if (_touched?.TryAdd((entry.Kind, entry.Key), 0) is true && _touched.Count > MostTouched)
        {
            _touched = null;
        }
    }

    /// <summary>An object is gone; that takes a version, too.</summary>
    public void Remove(LedgerEntry entry)
    {
        Touch(entry);
        if (_touched is not null)
        {
            _touched[(entry.Kind, entry.Key)] = Version;
        }

        _entries[entry.Kind.Index].Remove(entry.Key);
        if (entry.Kind.Namespaced)
        {
            EndNamespace(entry.Key.Namespace);
        }
    }

    /// <summary>
    /// What was touched since the last time, and the version of its last removal, 0 where there was none; null: nobody has asked before, so anything may have been.
    /// </summary>
    public IReadOnlyDictionary<(TwinKind Kind, ObjectKey Key), long>? Touched()
    {
        var touched = _touched;
        _touched = [];
        return touched;
    }

    /// <summary>The entry of a controller.</summary>
    public LedgerEntry? Of(SimulatedWorkload workload) =>
        KindOf(workload) is { } kind ? Find(kind, new ObjectKey(workload.Namespace, workload.Ref.Name)) : null;

    /// <summary>The entry of the Deployment above a ReplicaSet.</summary>
    public LedgerEntry? Above(SimulatedWorkload workload) =>
        workload.Parent is { Kind: "Deployment" } parent ? Find(TwinKind.Deployments, new ObjectKey(workload.Namespace, parent.Name)) : null;

    /// <summary>The ReplicaSets of a Deployment.</summary>
    public List<SimulatedWorkload> SetsOf(WorkloadBlueprint deployment) =>
        [.. _state.Workloads.Where(w => w.Kind == WorkloadKind.ReplicaSet && w.Parent == deployment.Ref && string.Equals(w.Namespace, deployment.Namespace, StringComparison.Ordinal))];

    /// <summary>The number of a ReplicaSet's template among those that its Deployment has had. It stands in the document of one that a change has made; the first has none.</summary>
    public long Revision(SimulatedWorkload set) =>
        Of(set)?.Document.Child("metadata").Child("annotations").Text(WorkloadRendering.RevisionAnnotation) is { } text && long.TryParse(text, out var number) ? number : 1;

    /// <summary>The namespace, which is made if nobody made it.</summary>
    public LedgerEntry Namespace(string name)
    {
        var key = new ObjectKey("", name);
        if (Find(TwinKind.Namespaces, key) is { } present)
        {
            return present;
        }

        var entry = Add(TwinKind.Namespaces, key);
        Add(TwinKind.ServiceAccounts, new ObjectKey(name, "default"), document: []);
        return entry;
    }

    /// <summary>A namespace goes when nothing is in it any more. Its service account and its events do not hold it.</summary>
    public void EndNamespace(string name)
    {
        if (Find(TwinKind.Namespaces, new ObjectKey("", name)) is not { DeletedAt: not null } ending)
        {
            return;
        }

        foreach (var kind in TwinKind.All.Where(k => k.Namespaced && k != TwinKind.Events && k != TwinKind.ServiceAccounts))
        {
            if (InNamespace(kind, name).Any())
            {
                return;
            }
        }

        // Gone before its contents, or each of these would end it again.
        Remove(ending);
        foreach (var entry in InNamespace(TwinKind.Events, name).Concat(InNamespace(TwinKind.ServiceAccounts, name)).ToList())
        {
            Remove(entry);
        }
    }

    /// <summary>The objects of a kind in a namespace.</summary>
    public IEnumerable<LedgerEntry> InNamespace(TwinKind kind, string name) => All(kind).Where(e => string.Equals(e.Key.Namespace, name, StringComparison.Ordinal));

    private string NewUid(TwinKind kind, ObjectKey key)
    {
        var draw = _state.Seed.Fork("object").Fork(kind.Id).Fork(key.ToString()).Fork(Version);
        var bits = $"{draw.Bits:x16}{draw.Next.Bits:x16}";
        return $"{bits[..8]}-{bits[8..12]}-4{bits[13..16]}-a{bits[17..20]}-{bits[20..]}";
    }
}
