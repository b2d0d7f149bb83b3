using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary><c>kubectl get nodes</c>.</summary>
internal static class NodeTable
{
    private const string RoleLabel = "node-role.kubernetes.io/";
    private const string Addresses =
        "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).";

    public static TablePrinter Printer { get; } = new(
        [
            TableColumn.ObjectName,
            new("Status", "The status of the node"),
            new("Roles", "The roles of the node"),
            TableColumn.Age,
            new("Version", "Kubelet Version reported by the node."),
            new("Internal-IP", Addresses, IsWide: true),
            new("External-IP", Addresses, IsWide: true),
            new("OS-Image", "OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).", IsWide: true),
            new("Kernel-Version", "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).", IsWide: true),
            new("Container-Runtime", "ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).", IsWide: true),
        ],
        Cells);

    private static JsonArray Cells(JsonObject node, DateTimeOffset now)
    {
        var info = node.At("status", "nodeInfo");
        var (kernel, architecture) = (info.Text("kernelVersion"), info.Text("architecture"));
        return
        [
            node.Name(),
            Status(node),
            Roles(node).OrNone(),
            node.Age(now),
            info.Text("kubeletVersion"),
            Address(node, "InternalIP").OrNone(),
            Address(node, "ExternalIP").OrNone(),
            OrUnknown(info.Text("osImage")),
            kernel.Length > 0 && architecture.Length > 0 ? $"{kernel} ({architecture})" : OrUnknown(kernel),
            OrUnknown(info.Text("containerRuntimeVersion")),
        ];
    }

    private static string Status(JsonObject node)
    {
        var ready = node.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready");
        var status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.Is("spec", "unschedulable") ? $"{status},SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.At("metadata", "labels") as JsonObject ?? [])
        {
            if (key.StartsWith(RoleLabel, StringComparison.Ordinal) && key.Length > RoleLabel.Length)
            {
                roles.Add(key[RoleLabel.Length..]);
            }
            else if (key == "kubernetes.io/role" && value.Text() is { Length: > 0 } role)
            {
                roles.Add(role);
            }
        }

        return string.Join(',', roles);
    }

    private static string Address(JsonObject node, string type) =>
        node.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == type).Text("address");

    private static string OrUnknown(string text) => text.Length == 0 ? Ages.Unknown : text;
}
