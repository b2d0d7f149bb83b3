using Imago.Application.Ports;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Nodes that we have just cordoned. Our cordon is in the view at once, but the watch of pods goes its own way: a pod that was bound right before may not have been told yet, and
/// its node would be taken for empty. So the pods of such a node are listed after the cordon, as <c>kubectl drain</c> does, and the cluster is looked at when the watch has told of
/// all of them. Used by one pass at a time.
/// </summary>
/// <remarks>Rules: UP-40. What is listed does not go into the view: a list and a watch that overtake one another would leave pods in it that are long gone.</remarks>
internal sealed class CordonedNodes(KubernetesClient client, LiveView view, TimeProvider clock)
{
    // A watch is milliseconds behind as a rule. What was listed may be gone again before it is told, so after a while it is listed anew.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private const int StepsPerList = 10;
    private const int MostLists = 10;

    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);

    /// <summary>A node is being cordoned, whether or not the answer comes.</summary>
    public void Add(string node) => _nodes.Add(node);

    /// <summary>Waits until the view has all pods that were on these nodes when they were cordoned.</summary>
    /// <exception cref="ConnectionException">The watch of pods lags behind for seconds, or the API does not answer; the nodes are looked at again next time.</exception>
    public async ValueTask CatchUpAsync(CancellationToken cancellation)
    {
        foreach (var node in _nodes.ToList())
        {
            await CatchUpAsync(node, cancellation);
            _nodes.Remove(node);
        }
    }

    private async ValueTask CatchUpAsync(string node, CancellationToken cancellation)
    {
        for (var lists = 0; lists < MostLists; lists++)
        {
            var untold = new List<KubernetesPod>();
            await foreach (var pod in client.ListAsync(ResourceTypes.Pods, new ListQuery { FieldSelector = $"spec.nodeName={node}" }, cancellation))
            {
                untold.Add(pod);
            }

            for (var steps = 0; steps < StepsPerList; steps++)
            {
                untold.RemoveAll(p => view.HasPod(p.Key, p.Metadata.Uid, node));
                if (untold.Count == 0)
                {
                    return;
                }

                await Task.Delay(Step, clock, cancellation);
            }
        }

        throw new ConnectionException($"The watch of pods lags behind: pods of node '{node}' have not been told for {(Step * StepsPerList * MostLists).TotalSeconds:0} s. Nothing is decided until it has caught up.");
    }
}
