using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Clusters;

/// <summary>Which Deployment a ReplicaSet belongs to: people know their pods by it.</summary>
internal sealed class ReplicaSetOwners
{
    private readonly Dictionary<ObjectKey, string?> _deployments = [];
    private readonly Dictionary<ObjectKey, HashSet<ObjectKey>> _awaited = [];

    /// <summary>The Deployment; null: none, or not known yet.</summary>
    public string? DeploymentOf(ObjectKey replicaSet) => _deployments.GetValueOrDefault(replicaSet);

    /// <summary>Notes that a pod was read before its replica set. Where replica sets may not be read that goes on for ever, so each pod is noted once, and for as long as it lives.</summary>
    public void Await(ObjectKey replicaSet, ObjectKey pod)
    {
        if (_deployments.ContainsKey(replicaSet))
        {
            return;
        }

        if (!_awaited.TryGetValue(replicaSet, out var pods))
        {
            _awaited[replicaSet] = pods = [];
        }

        pods.Add(pod);
    }

    /// <summary>Notes a replica set; answers the pods that were read before it.</summary>
    public IReadOnlyCollection<ObjectKey> Seen(PartialObject replicaSet)
    {
        _deployments[replicaSet.Key] = replicaSet.Metadata.Controller is { Kind: "Deployment" } deployment ? deployment.Name : null;
        return _awaited.Remove(replicaSet.Key, out var pods) ? pods : [];
    }

    public void PodGone(ObjectKey replicaSet, ObjectKey pod)
    {
        if (_awaited.TryGetValue(replicaSet, out var pods) && pods.Remove(pod) && pods.Count == 0)
        {
            _awaited.Remove(replicaSet);
        }
    }

    public void Gone(ObjectKey replicaSet)
    {
        _deployments.Remove(replicaSet);
        _awaited.Remove(replicaSet);
    }
}
