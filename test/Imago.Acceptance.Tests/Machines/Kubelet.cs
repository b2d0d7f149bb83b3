using System.Globalization;
using Imago.NodeOs.Rig.Machines;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>
/// Stands in for a kubelet: registers its machine as a node, renews the node's lease, and says after every boot that it is ready and which boot it is. While the machine is down
/// nothing is heard of it.
/// </summary>
internal sealed class Kubelet(NodeApi api, Machine machine, string? taint) : IDisposable
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    private DateTime _renewed;
    private string? _boot;

    private string Name => machine.Name;

    /// <summary>Says what there is to say; called again and again.</summary>
    public async Task TellAsync()
    {
        if (!machine.Running)
        {
            return;
        }

        if (_boot is null)
        {
            await api.CreateAsync("api/v1/nodes", Node());
            await api.CreateAsync("apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", $$"""
                {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"{{Name}}","namespace":"kube-node-lease"},
                 "spec":{"holderIdentity":"{{Name}}","leaseDurationSeconds":40,"renewTime":"{{Now()}}"}}
                """);
        }

        if (_boot != machine.BootId)
        {
            await api.PatchAsync($"api/v1/nodes/{Name}/status", $$"""{"status":{"nodeInfo":{{Info()}},"conditions":[{{Ready()}}]}}""");
            _boot = machine.BootId;
        }

        if (DateTime.UtcNow - _renewed > Renewal)
        {
            await api.PatchAsync($"apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{Name}", $$"""{"spec":{"renewTime":"{{Now()}}"}}""");
            _renewed = DateTime.UtcNow;
        }
    }

    public void Dispose() => api.Dispose();

    private string Node() => $$"""
        {"apiVersion":"v1","kind":"Node",
         "metadata":{"name":"{{Name}}","labels":{"kubernetes.io/hostname":"{{Name}}","kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","rack":"north"}},
         "spec":{ {{(taint is null ? "" : $$"""
            "taints":[{"key":"{{taint}}","effect":"NoSchedule"}]
            """)}} },
         "status":{"capacity":{"cpu":"4","memory":"8Gi","pods":"20"},"allocatable":{"cpu":"4","memory":"7Gi","pods":"20"},
          "nodeInfo":{{Info()}},"addresses":[{"type":"InternalIP","address":"192.0.2.7"}],"conditions":[{{Ready()}}]}}
        """;

    private string Info() => $$"""
        {"osImage":"Debian GNU/Linux 12 (bookworm)","operatingSystem":"linux","architecture":"amd64","kernelVersion":"{{machine.Kernel}}","kubeletVersion":"v1.33.1","bootID":"{{machine.BootId}}"}
        """;

    private static string Ready() => $$"""{"type":"Ready","status":"True","reason":"KubeletReady","message":"kubelet is posting ready status","lastHeartbeatTime":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ssZ}}"}""";

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
