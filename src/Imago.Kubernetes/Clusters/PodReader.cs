using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>Turns pods as the API tells them into what deciding needs.</summary>
internal static class PodReader
{
    // What Kubernetes fills in where a pod says nothing.
    private const long DefaultGrace = 30;

    // The API takes any number; beyond a year they all mean "for ever", and some are more than time can be counted in.
    private const long LongestGrace = 365L * 24 * 60 * 60;

    /// <summary>Reads a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="deploymentOf">The Deployment of a ReplicaSet; null when it has none or is not known yet.</param>
    public static Pod Read(KubernetesPod pod, Func<ObjectKey, string?> deploymentOf)
    {
        // What is not told is not there: members without a value are null after reading.
        var (spec, status) = (pod.Spec ?? new PodSpec(), pod.Status ?? new PodStatus());
        var owner = pod.Metadata.Controller is { } controller ? WorkloadRefPool.Of(controller.Kind, controller.Name) : null;
        return new Pod
        {
            Key = pod.Key,
            Uid = pod.Metadata.Uid ?? "",
            NodeName = spec.NodeName is { Length: > 0 } node ? node : null,
            Labels = pod.Metadata.Labels,
            Owner = owner,
            Workload = WorkloadOf(pod, owner, deploymentOf),
            Phase = PhaseOf(status.Phase),
            Ready = status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true,
            Terminating = pod.Metadata.DeletionTimestamp is not null,
            GracePeriod = Duration.FromSeconds(Math.Clamp(spec.TerminationGracePeriodSeconds ?? DefaultGrace, 0, LongestGrace)),

            // UP-40: only its kubelet can end a static pod; deleting the mirror changes nothing.
            Mirror = pod.Metadata.Annotations.ContainsKey(KubernetesPod.MirrorAnnotation),
        };
    }

    private static WorkloadRef? WorkloadOf(KubernetesPod pod, WorkloadRef? owner, Func<ObjectKey, string?> deploymentOf) =>
        owner is { Kind: "ReplicaSet" } && deploymentOf(new ObjectKey(pod.Key.Namespace, owner.Name)) is { } deployment ? WorkloadRefPool.Of("Deployment", deployment) : owner;

    private static PodPhase PhaseOf(string phase) => phase switch
    {
        "Running" => PodPhase.Running,
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,
        "Unknown" => PodPhase.Unknown,
        _ => PodPhase.Pending,
    };
}
