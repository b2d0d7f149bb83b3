using System.Collections.Concurrent;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Watching;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>Notes what an informer tells.</summary>
internal sealed class ListeningSink : IInformerSink<KubernetesNode>
{
    private readonly ConcurrentDictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _told = new();

    /// <summary>Names and versions, as told so far.</summary>
    public IReadOnlyDictionary<string, string> Nodes => _nodes;

    public IReadOnlyList<string> Told => [.. _told];

    /// <summary>Called before a node is noted; what it throws, the sink throws.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public void Seen(KubernetesNode item)
    {
        Before(item.Key.Name);
        _nodes[item.Key.Name] = item.Metadata.ResourceVersion!;
        _told.Enqueue($"seen {item.Key.Name}");
    }

    public void Gone(ObjectKey key)
    {
        _nodes.TryRemove(key.Name, out _);
        _told.Enqueue($"gone {key.Name}");
    }

    public void Synced() => _told.Enqueue("synced");

    public bool Agrees(SpokenCluster cluster) => cluster.Nodes is var nodes && nodes.Count == _nodes.Count && nodes.All(n => _nodes.GetValueOrDefault(n.Key) == n.Value);
}
