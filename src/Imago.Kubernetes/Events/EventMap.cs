using Imago.Domain.Rollouts.Events;
using Imago.Kubernetes.Objects;
using NodaTime;

namespace Imago.Kubernetes.Events;

/// <summary>A line of a rollout's story as an event of the Kubernetes API.</summary>
/// <remarks>Rules: UP-130…UP-136.</remarks>
internal static class EventMap
{
    // UP-136: where the service tells them, and by whom, so that `kubectl get events --field-selector source=upgrader` finds them.
    internal const string Namespace = "default";
    internal const string Component = "upgrader";

    // What the API takes.
    private const int LongestMessage = 1024;
    private const int LongestName = 253;

    public static KubernetesEvent Write(ClusterEvent told, Instant at) => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = NameOf(told) },

        // Kubelets put the node's name where its UID belongs, and `kubectl describe node` looks for it there, too. A reimaged node has another UID, but its story goes on.
        InvolvedObject = new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = told.Node, Uid = told.Node },
        Reason = told.Reason,
        Message = told.Message.Length > LongestMessage ? told.Message[..(LongestMessage - 1)] + "…" : told.Message,
        Type = told.IsWarning ? "Warning" : "Normal",
        Source = new EventSource { Component = Component },
        FirstTimestamp = at,
        LastTimestamp = at,
        Count = 1,
        ReportingComponent = Component,
    };

    // The end of an id tells its lines apart.
    private static string NameOf(ClusterEvent told) => told.Id.Length <= LongestName ? told.Id : told.Id[^LongestName..].TrimStart('-', '.');
}
