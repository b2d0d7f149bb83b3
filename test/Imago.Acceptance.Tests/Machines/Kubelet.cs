using System.Globalization;
using System.Text.Json.Nodes;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>
/// Stands in for a kubelet: registers its machine as a node, renews the node's lease, and says after every boot that it is ready and which boot it is. While the machine is down
/// nothing is heard of it.
/// </summary>
internal sealed class Kubelet(NodeApi api, Machine machine, string? taint) : IDisposable
{
    private const string Leases = "apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    private DateTimeOffset _renewed;
    private string? _boot;

    private string Name => machine.Name;

    private JsonObject Node => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject
        {
            ["name"] = Name,
            ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = Name, ["kubernetes.io/os"] = "linux", ["kubernetes.io/arch"] = DebPackage.HostArchitecture },
        },
        ["spec"] = taint is null ? new JsonObject() : new JsonObject { ["taints"] = new JsonArray(new JsonObject { ["key"] = taint, ["effect"] = "NoSchedule" }) },
        ["status"] = new JsonObject
        {
            ["capacity"] = Room,
            ["allocatable"] = Room,
            ["nodeInfo"] = Info,
            ["conditions"] = new JsonArray(Ready),
        },
    };

    private static JsonObject Room => new() { ["cpu"] = "4", ["memory"] = "8Gi", ["pods"] = "20" };

    private JsonObject Info => new()
    {
        ["osImage"] = "Debian GNU/Linux 12 (bookworm)",
        ["operatingSystem"] = "linux",
        ["architecture"] = DebPackage.HostArchitecture,
        ["kernelVersion"] = machine.Kernel,
        ["kubeletVersion"] = "v1.33.1",
        ["bootID"] = machine.BootId,
    };

    private static JsonObject Ready => new()
    {
        ["type"] = "Ready",
        ["status"] = "True",
        ["reason"] = "KubeletReady",
        ["message"] = "kubelet is posting ready status",
        ["lastHeartbeatTime"] = HostClock.Instance.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    private JsonObject Lease => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = "kube-node-lease" },
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = Name,
            ["leaseDurationSeconds"] = 40,
            ["renewTime"] = HostClock.Instance.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        },
    };

    /// <summary>Says what there is to say; called again and again.</summary>
    public async Task TellAsync()
    {
        if (!machine.Running)
        {
            return;
        }

        if (_boot is null)
        {
            await api.CreateAsync("api/v1/nodes", Node);
            await api.CreateAsync(Leases, Lease);
        }

        if (_boot != machine.BootId)
        {
            await api.PatchAsync($"api/v1/nodes/{Name}/status", new JsonObject { ["status"] = new JsonObject { ["nodeInfo"] = Info, ["conditions"] = new JsonArray(Ready) } });
            _boot = machine.BootId;
        }

        if (HostClock.Instance.GetUtcNow() - _renewed > Renewal)
        {
            await api.PatchAsync($"{Leases}/{Name}", new JsonObject { ["spec"] = Lease["spec"]!.DeepClone() });
            _renewed = HostClock.Instance.GetUtcNow();
        }
    }

    public void Dispose() => api.Dispose();
}
