using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Key of a controller: namespace, kind and name.</summary>
internal readonly record struct WorkloadKey(string Namespace, string Kind, string Name);

/// <summary>The objects of a dump by kind and key, taken in item by item.</summary>
internal sealed class DumpContent(DumpOptions options)
{
    private static readonly Comparer<WorkloadKey> WorkloadOrder = Comparer<WorkloadKey>.Create(static (a, b) =>
    {
        var order = string.CompareOrdinal(a.Namespace, b.Namespace);
        order = order != 0 ? order : string.CompareOrdinal(a.Kind, b.Kind);
        return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
    });

    private readonly PodSpecReader _specs = new();
    private readonly SortedDictionary<string, int> _unnamed = new(StringComparer.Ordinal);
    private PodReader? _podReader;

    public Objects<string, (NodeBlueprint Node, Notes Notes)> Nodes { get; } = new(StringComparer.Ordinal);

    public Objects<ObjectKey, PodDraft> Pods { get; } = new(Comparer<ObjectKey>.Default);

    public Objects<WorkloadKey, WorkloadDraft> Workloads { get; } = new(WorkloadOrder);

    public Objects<ObjectKey, (BudgetBlueprint Budget, Notes Notes)> Budgets { get; } = new(Comparer<ObjectKey>.Default);

    /// <summary>Labels of namespaces.</summary>
    public Objects<string, ImmutableSortedDictionary<string, string>> Namespaces { get; } = new(StringComparer.Ordinal);

    /// <summary>The volume a claim is bound to; empty while it is not bound.</summary>
    public Objects<ObjectKey, string> Claims { get; } = new(Comparer<ObjectKey>.Default);

    public Objects<string, (VolumeFacts Facts, Notes Notes)> Volumes { get; } = new(StringComparer.Ordinal);

    /// <summary>Items by kind, read or ignored; ordered by kind.</summary>
    public SortedDictionary<string, int> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Items of kinds that are read, but without a name, by kind.</summary>
    public IReadOnlyDictionary<string, int> Unnamed => _unnamed;

    public void Take(string kind, JsonElement item)
    {
        // A hostile file could name a million kinds; they are only counted for messages.
        if (Kinds.Count < 1000 || Kinds.ContainsKey(kind))
        {
            Kinds[kind] = Kinds.GetValueOrDefault(kind) + 1;
        }

        if (!IsRead(kind) || !IsOfKubernetes(item))
        {
            return;
        }

        var metadata = item.Child("metadata");
        var name = metadata.Text("name");
        var inNamespace = metadata.Text("namespace") is { Length: > 0 } stated ? stated : "default";
        if (!PlainText.IsName(name) || !PlainText.IsName(inNamespace))
        {
            _unnamed[kind] = _unnamed.GetValueOrDefault(kind) + 1;
            return;
        }

        Take(kind, item, new ObjectKey(inNamespace, name), Revision.Of(item));
    }

    private void Take(string kind, JsonElement item, ObjectKey key, Revision revision)
    {
        var notes = new Notes();
        switch (kind)
        {
            case "Node":
                Nodes.Add(key.Name, revision, (NodeReader.Read(item, key.Name, options.PoolLabel, notes), notes));
                break;
            case "Pod":
                _podReader ??= new PodReader(_specs);
                Pods.Add(key, revision, _podReader.Read(item, key));
                break;
            case "PodDisruptionBudget":
                Budgets.Add(key, revision, (BudgetReader.Read(item, key, notes), notes));
                break;
            case "Namespace":
                Namespaces.Add(key.Name, revision, PodSpecReader.Sorted(item.Child("metadata", "labels")));
                break;
            case "PersistentVolumeClaim":
                Claims.Add(key, revision, item.Child("spec").Text("volumeName") ?? "");
                break;
            case "PersistentVolume":
                Volumes.Add(key.Name, revision, (VolumeFacts.Read(item, notes), notes));
                break;
            default:
                Workloads.Add(new WorkloadKey(key.Namespace, kind, key.Name), revision, WorkloadReader.Read(item, WorkloadReader.Kind(kind)!.Value, _specs));
                break;
        }
    }

    private static bool IsRead(string kind) =>
        kind is "Node" or "Pod" or "PodDisruptionBudget" or "Namespace" or "PersistentVolumeClaim" or "PersistentVolume"
        || WorkloadReader.Kind(kind) is not null;

    // Other API groups have kinds of the same name, such as the StatefulSet of OpenKruise or the Job of Volcano. Their pods are read, and
    // their controllers inferred.
    private static bool IsOfKubernetes(JsonElement item) =>
        (item.Text("apiVersion") ?? "v1").Split('/') is [_] or ["apps" or "extensions" or "batch" or "policy", _];
}
