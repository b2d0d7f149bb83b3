using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// The view of a real cluster, kept change by change: what informers tell and what our own writes came to is noted, and becomes part of the view when somebody looks.
/// Several changes of one object between two looks are one. Safe for use from several threads.
/// </summary>
/// <remarks>
/// Our own writes are in the view at once: a pass never decides on a node as it was before its own patch. What an informer tells later of an older version is passed over.
/// </remarks>
internal sealed class LiveView(NodeReader reader, IClusterWatcher watcher)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KubernetesNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node?> _newNodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Pod?> _newPods = [];
    private readonly Dictionary<ObjectKey, DisruptionBudget?> _newBudgets = [];
    private readonly ReplicaSetOwners _owners = new();
    private ClusterView _view = ClusterView.Empty;
    private bool _built;

    /// <summary>The cluster as it is known now.</summary>
    public ClusterView Look()
    {
        lock (_lock)
        {
            if (!_built)
            {
                // The first time there is all of it: built at once that takes a fraction of what it takes one by one.
                _view = ClusterView.Of(_newNodes.Values.OfType<Node>(), _newPods.Values.OfType<Pod>(), _newBudgets.Values.OfType<DisruptionBudget>());
                _built = true;
                Clear();
                _newPods.TrimExcess();
                return _view;
            }

            foreach (var (name, node) in _newNodes)
            {
                _view = _view.Apply(node is null ? new ClusterChange.NodeGone(name) : new ClusterChange.NodeSeen(node));
            }

            foreach (var (key, pod) in _newPods)
            {
                _view = _view.Apply(pod is null ? new ClusterChange.PodGone(key) : new ClusterChange.PodSeen(pod));
            }

            foreach (var (key, budget) in _newBudgets)
            {
                _view = _view.Apply(budget is null ? new ClusterChange.BudgetGone(key) : new ClusterChange.BudgetSeen(budget));
            }

            Clear();
            return _view;
        }
    }

    /// <summary>The node as the API told it last; null: there is none.</summary>
    public KubernetesNode? Find(string name)
    {
        lock (_lock)
        {
            return _nodes.GetValueOrDefault(name);
        }
    }

    /// <summary>The nodes as the API told them last.</summary>
    public IReadOnlyList<KubernetesNode> Nodes()
    {
        lock (_lock)
        {
            return [.. _nodes.Values];
        }
    }

    /// <summary>A node is new or different, whoever says so: the informer, or the answer to our own write.</summary>
    public void NodeSeen(KubernetesNode node)
    {
        var read = reader.Read(node);
        bool isNews;
        bool isOther;
        lock (_lock)
        {
            var before = _nodes.GetValueOrDefault(read.Name);
            if (before is not null && IsOlder(node.Metadata, before.Metadata))
            {
                return;
            }

            var known = before is null ? null : reader.Read(before);

            // A heartbeat changes the version and nothing else.
            isNews = known is null || known with { ResourceVersion = read.ResourceVersion, Agent = SaidAt(known.Agent, read.Agent) } != read;
            isOther = _built && (known is null || IsOther(known, read));
            _nodes[read.Name] = node;
            _newNodes[read.Name] = read;
        }

        if (isNews)
        {
            watcher.NodeChanged(read.Name);
        }

        if (isOther)
        {
            watcher.NodesChanged();
        }
    }

    /// <summary>
    /// What an answer says of a node. Answers and watch go different ways: of one that is gone, or another one by now, the watch has told already, and would never tell again.
    /// </summary>
    public void NodeAnswered(KubernetesNode node)
    {
        if (Find(node.Metadata.Name ?? "") is { } known && known.Metadata.Uid == node.Metadata.Uid)
        {
            NodeSeen(node);
        }
    }

    public void NodeGone(string name)
    {
        bool isOther;
        lock (_lock)
        {
            if (!_nodes.Remove(name))
            {
                return;
            }

            _newNodes[name] = null;
            isOther = _built;
        }

        watcher.NodeChanged(name);
        if (isOther)
        {
            watcher.NodesChanged();
        }
    }

    public void PodSeen(KubernetesPod pod)
    {
        string? node;
        lock (_lock)
        {
            var read = PodReader.Read(pod, _owners.DeploymentOf);
            if (read.Owner is { Kind: "ReplicaSet" } owner && ReferenceEquals(read.Workload, owner))
            {
                _owners.Await(new ObjectKey(read.Key.Namespace, owner.Name), read.Key);
            }

            _newPods[read.Key] = read;
            node = read.NodeName;
        }

        watcher.PodChanged(node);
    }

    /// <summary>Whether a pod has been told that is bound to a node.</summary>
    public bool HasPod(ObjectKey key, string? uid, string node)
    {
        lock (_lock)
        {
            return Pod(key) is { } pod && pod.Uid == uid && pod.NodeName == node;
        }
    }

    public void PodGone(ObjectKey key)
    {
        string? node;
        lock (_lock)
        {
            var pod = Pod(key);
            if (pod?.Owner is { Kind: "ReplicaSet" } owner)
            {
                _owners.PodGone(new ObjectKey(key.Namespace, owner.Name), key);
            }

            node = pod?.NodeName;
            _newPods[key] = null;
        }

        watcher.PodChanged(node);
    }

    public void BudgetSeen(KubernetesBudget budget)
    {
        var read = BudgetReader.Read(budget);
        lock (_lock)
        {
            if (Budget(read.Key) == read)
            {
                return;
            }

            _newBudgets[read.Key] = read;
        }

        watcher.BudgetChanged();
    }

    public void BudgetGone(ObjectKey key)
    {
        lock (_lock)
        {
            _newBudgets[key] = null;
        }

        watcher.BudgetChanged();
    }

    public void ReplicaSetSeen(PartialObject replicaSet)
    {
        lock (_lock)
        {
            foreach (var key in _owners.Seen(replicaSet))
            {
                // The replica set came after its pods.
                if (Pod(key) is { Owner.Kind: "ReplicaSet" } pod && _owners.DeploymentOf(replicaSet.Key) is { } deployment)
                {
                    _newPods[key] = pod with { Workload = WorkloadRefPool.Of("Deployment", deployment) };
                }
            }
        }
    }

    public void ReplicaSetGone(ObjectKey key)
    {
        lock (_lock)
        {
            _owners.Gone(key);
        }
    }

    /// <summary>
    /// The budget that the eviction of a pod is charged to, to be handed to <see cref="PodLeaves"/>; null: none. Only that of a healthy pod surely is, and then its watch
    /// tells so; a charge that no watch ever corrects would hold up a drain.
    /// </summary>
    public DisruptionBudget? BudgetOf(ObjectKey pod)
    {
        lock (_lock)
        {
            return _view.Pods.GetValueOrDefault(pod) is { Budgets: [var only], Pod: { Ready: true, Terminating: false, Phase: PodPhase.Running } } ? Budget(only) : null;
        }
    }

    /// <summary>
    /// The API has accepted that a pod leaves: it is on its way, and what it took of its budget is gone, before the watches say so. If the budget has changed since it was
    /// looked at, its watch was faster.
    /// </summary>
    public void PodLeaves(ObjectKey key, string uid, DisruptionBudget? charged)
    {
        lock (_lock)
        {
            if (Pod(key) is { } pod && pod.Uid == uid)
            {
                _newPods[key] = pod with { Terminating = true };
            }

            if (charged is { DisruptionsAllowed: > 0 } && ReferenceEquals(Budget(charged.Key), charged))
            {
                _newBudgets[charged.Key] = charged with { DisruptionsAllowed = charged.DisruptionsAllowed - 1 };
            }
        }
    }

    // What the sizes, versions and images of pools are made of. Conditions and marks come and go.
    private static bool IsOther(Node one, Node other) =>
        !string.Equals(one.Pool, other.Pool, StringComparison.Ordinal) || !string.Equals(one.Uid, other.Uid, StringComparison.Ordinal) || !one.Image.Equals(other.Image) || one.Kubelet != other.Kubelet;

    // That an agent says the same again is no news.
    private static AgentReport? SaidAt(AgentReport? known, AgentReport? now) => known is null || now is null ? known : known with { At = now.At };

    private Pod? Pod(ObjectKey key) => _newPods.TryGetValue(key, out var pod) ? pod : _view.Pods.GetValueOrDefault(key)?.Pod;

    private DisruptionBudget? Budget(ObjectKey key) => _newBudgets.TryGetValue(key, out var budget) ? budget : _view.Budgets.GetValueOrDefault(key);

    private void Clear()
    {
        _newNodes.Clear();
        _newPods.Clear();
        _newBudgets.Clear();
    }

    // Versions of one incarnation are numbers that grow; should they ever not be, what is told last counts.
    private static bool IsOlder(ObjectMeta told, ObjectMeta known) =>
        told.Uid == known.Uid
        && ulong.TryParse(told.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
        && ulong.TryParse(known.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var other)
        && one < other;
}

/// <summary>Told of what changes in a cluster, from whichever thread; must neither wait nor throw.</summary>
internal interface IClusterWatcher
{
    /// <summary>Something that deciding looks at has changed on a node, or it has come or gone.</summary>
    void NodeChanged(string name);

    /// <summary>After the cluster was seen as a whole a node has come or gone, belongs to another pool or runs something else.</summary>
    void NodesChanged();

    /// <summary>A pod on a node has changed; null: on none.</summary>
    void PodChanged(string? node);

    /// <summary>A budget has changed, its status included.</summary>
    void BudgetChanged();
}
