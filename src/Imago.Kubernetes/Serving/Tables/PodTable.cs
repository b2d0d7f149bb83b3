using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary><c>kubectl get pods</c>.</summary>
internal static class PodTable
{
    public static TablePrinter Printer { get; } = new(
        [
            TableColumn.ObjectName,
            new("Ready", "The aggregate readiness state of this pod for accepting traffic."),
            new("Status", "The aggregate status of the containers in this pod."),
            new("Restarts", "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."),
            TableColumn.Age,
            new("IP", "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.", IsWide: true),
            new(
                "Node",
                "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename",
                IsWide: true),
            new(
                "Nominated Node",
                "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.",
                IsWide: true),
            new(
                "Readiness Gates",
                "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to \"True\" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates",
                IsWide: true),
        ],
        Cells);

    private static JsonArray Cells(JsonObject pod, DateTimeOffset now)
    {
        var statuses = pod.Items("status", "containerStatuses").ToList();
        var restarts = statuses.Sum(s => s.Number("restartCount"));
        var lastRestart = statuses.Select(s => s.At("lastState", "terminated", "finishedAt")).Where(t => t is not null).OrderBy(t => t.Text(), StringComparer.Ordinal).LastOrDefault();
        return
        [
            pod.Name(),
            $"{statuses.Count(s => s.Is("ready"))}/{pod.Items("spec", "containers").Count()}",
            Status(pod, statuses),
            restarts > 0 && lastRestart is not null ? $"{restarts} ({Ages.Since(lastRestart, now)} ago)" : $"{restarts}",
            pod.Age(now),
            pod.Text("status", "podIP").OrNone(),
            pod.Text("spec", "nodeName").OrNone(),
            pod.Text("status", "nominatedNodeName").OrNone(),
            Gates(pod),
        ];
    }

    // In the order of the API: the pod's own reason, what its containers wait for or ended with, and above all that it is going.
    private static string Status(JsonObject pod, List<JsonNode> statuses)
    {
        var reason = pod.Text("status", "reason") is { Length: > 0 } own ? own : pod.Text("status", "phase");
        var hasRunning = false;
        foreach (var status in Enumerable.Reverse(statuses))
        {
            if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (status.At("state", "terminated") is { } ended)
            {
                reason = ended.Text("reason") is { Length: > 0 } why ? why
                    : ended.Number("signal") != 0 ? $"Signal:{ended.Number("signal")}" : $"ExitCode:{ended.Number("exitCode")}";
            }
            else
            {
                hasRunning |= status.Is("ready") && status.At("state", "running") is not null;
            }
        }

        if (reason == "Completed" && hasRunning)
        {
            var isReady = pod.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");
            reason = isReady ? "Running" : "NotReady";
        }

        if (pod.At("metadata", "deletionTimestamp") is null)
        {
            return reason;
        }

        return pod.Text("status", "reason") == "NodeLost" ? "Unknown" : pod.Text("status", "phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static string Gates(JsonObject pod)
    {
        var gates = pod.Items("spec", "readinessGates").Select(g => g.Text("conditionType")).ToList();
        var passed = pod.Items("status", "conditions").Count(c => gates.Contains(c.Text("type")) && c.Text("status") == "True");
        return gates.Count == 0 ? Reading.None : $"{passed}/{gates.Count}";
    }
}
