using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins;

namespace Imago.Simulation.Tests.Serving.Twins.Kit;

/// <summary>What kubelets of machines outside write.</summary>
internal static class Guests
{
    public static string Node(string name, string ready = "True", string cpu = "4", string extra = "") => """
        {"apiVersion":"v1","kind":"Node",
         "metadata":{"name":"NAME","labels":{"kubernetes.io/hostname":"NAME","kubernetes.azure.com/agentpool":"racks"},"annotations":{"note":"kept"}},
         "spec":{"podCIDR":"10.1.2.0/24"EXTRA},
         "status":{"capacity":{"cpu":"CPU","memory":"8Gi","pods":"20"},"allocatable":{"cpu":"CPU","memory":"7Gi","pods":"20"},
          "nodeInfo":{"osImage":"Debian GNU/Linux 12 (bookworm)","kernelVersion":"6.1.0-28-amd64","kubeletVersion":"v1.33.1","bootID":"b-1"},
          "addresses":[{"type":"InternalIP","address":"192.0.2.7"}],
          "conditions":[{"type":"Ready","status":"READY","reason":"KubeletReady","lastHeartbeatTime":"2026-08-10T00:00:00Z"}]}}
        """.Replace("NAME", name, StringComparison.Ordinal).Replace("READY", ready, StringComparison.Ordinal)
        .Replace("CPU", cpu, StringComparison.Ordinal).Replace("EXTRA", extra, StringComparison.Ordinal);

    public static string Lease(string node) => """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"NAME","namespace":"kube-node-lease"},
         "spec":{"holderIdentity":"NAME","leaseDurationSeconds":40,"renewTime":"2026-08-10T00:00:00.000000Z"}}
        """.Replace("NAME", node, StringComparison.Ordinal);

    /// <summary>One more sign of life.</summary>
    public static Task<JsonObject> RenewedAsync(this TwinServer server, string node) => server.EditedAsync(
        TwinKind.Leases, $"kube-node-lease/{node}", l => l["spec"]!["renewTime"] = $"{server.Server.Clock.Now:uuuu-MM-ddTHH:mm:ss}.000000Z");

    public static string Condition(this JsonObject node, string type) =>
        node["status"]!["conditions"]!.AsArray().Single(c => (string)c!["type"]! == type)!["status"]!.GetValue<string>();

    public static string[] Taints(this JsonObject node) => [.. (node["spec"]?["taints"]?.AsArray() ?? []).Select(t => $"{t!["key"]}:{t["effect"]}")];
}
