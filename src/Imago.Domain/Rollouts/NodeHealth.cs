using Imago.Domain.Clusters;

namespace Imago.Domain.Rollouts;

/// <summary>Whether a node is fit to serve.</summary>
/// <remarks>UP-152: Ready, without pressure conditions, and its DaemonSet pods are Ready.</remarks>
internal static class NodeHealth
{
    /// <summary>What is wrong with a node, for people; null when it is healthy.</summary>
    public static string? Complaint(ClusterView view, Node node)
    {
        if (!node.Ready)
        {
            return "it is not Ready";
        }

        if (node.UnderPressure)
        {
            return "it reports a pressure condition";
        }

        foreach (var (pod, _) in view.PodsOn(node.Name))
        {
            if (pod.BelongsToDaemonSet && !pod.Terminating && !pod.Finished && !pod.Ready)
            {
                return $"its DaemonSet pod {pod.Key} is not Ready";
            }
        }

        return null;
    }
}
