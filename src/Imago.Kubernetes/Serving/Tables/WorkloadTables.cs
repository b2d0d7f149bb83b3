using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>What keeps pods running.</summary>
internal static class WorkloadTables
{
    private const string ReplicaSetPage = " More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset";
    private const string DaemonSetPage = " More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/";
    private const string SelectorPage = " More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors";

    private static readonly TableColumn ContainerNames = new("Containers", "Names of each container in the template.", IsWide: true);
    private static readonly TableColumn Images = new("Images", "Images referenced by each container in the template.", IsWide: true);

    public static TablePrinter Deployments { get; } = new(
        [
            TableColumn.ObjectName,
            new("Ready", "Number of the pod with ready state"),
            Whole("Up-to-date", "Total number of non-terminating pods targeted by this deployment that have the desired template spec.") with { Type = "string" },
            Whole("Available", "Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.") with { Type = "string" },
            TableColumn.Age,
            ContainerNames,
            Images,
            new("Selector", "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.", IsWide: true),
        ],
        (o, now) =>
        [
            o.Name(), $"{o.Number("status", "readyReplicas")}/{Desired(o)}", o.Number("status", "updatedReplicas"), o.Number("status", "availableReplicas"), o.Age(now),
            Names(o), ImagesOf(o), Reading.Selector(o.At("spec", "selector")),
        ]);

    public static TablePrinter ReplicaSets { get; } = new(
        [
            TableColumn.ObjectName,
            Whole("Desired", "Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1." + ReplicaSetPage),
            Whole("Current", "Replicas is the most recently observed number of non-terminating pods." + ReplicaSetPage),
            Whole("Ready", "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition."),
            TableColumn.Age,
            ContainerNames,
            Images,
            new("Selector", "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels." + SelectorPage, IsWide: true),
        ],
        (o, now) =>
        [
            o.Name(), Desired(o), o.Number("status", "replicas"), o.Number("status", "readyReplicas"), o.Age(now),
            Names(o), ImagesOf(o), Reading.Selector(o.At("spec", "selector")),
        ]);

    public static TablePrinter StatefulSets { get; } = new(
        [
            TableColumn.ObjectName,
            new("Ready", "Number of the pod with ready state"),
            TableColumn.Age,
            ContainerNames,
            Images,
        ],
        (o, now) => [o.Name(), $"{o.Number("status", "readyReplicas")}/{Desired(o)}", o.Age(now), Names(o), ImagesOf(o)]);

    public static TablePrinter DaemonSets { get; } = new(
        [
            TableColumn.ObjectName,
            Whole("Desired", "The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod)." + DaemonSetPage),
            Whole("Current", "The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod." + DaemonSetPage),
            Whole("Ready", "numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition."),
            Whole("Up-to-date", "The total number of nodes that are running updated daemon pod"),
            Whole("Available", "The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)"),
            new("Node Selector", "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/"),
            TableColumn.Age,
            ContainerNames,
            Images,
            new("Selector", "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels." + SelectorPage, IsWide: true),
        ],
        (o, now) =>
        [
            o.Name(), o.Number("status", "desiredNumberScheduled"), o.Number("status", "currentNumberScheduled"), o.Number("status", "numberReady"),
            o.Number("status", "updatedNumberScheduled"), o.Number("status", "numberAvailable"), NodeSelector(o), o.Age(now),
            Names(o), ImagesOf(o), Reading.Selector(o.At("spec", "selector")),
        ]);

    private static TableColumn Whole(string name, string description) => new(name, description, Type: "integer");

    private static long Desired(JsonObject workload) => workload.At("spec", "replicas") is null ? 1 : workload.Number("spec", "replicas");

    private static string Names(JsonObject workload) => Reading.Containers(workload.At("spec", "template")).Names;

    private static string ImagesOf(JsonObject workload) => Reading.Containers(workload.At("spec", "template")).Images;

    private static string NodeSelector(JsonObject workload) =>
        string.Join(',', (workload.At("spec", "template", "spec", "nodeSelector") as JsonObject ?? []).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value.Text()}")).OrNone();
}
