using Imago.Api.Attachments;
using Imago.Api.Authentication;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Inspections;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Transport;
using Imago.Server.Configuration;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.Server.Attachments;

/// <summary>Wires clusters of both kinds: simulated ones, and those that are attached.</summary>
internal static class AttachedClusters
{
    public static void AddClusters(this IServiceCollection services, ServerOptions options, byte[] dataKey)
    {
        services.AddSingleton<ISecretBox>(new DataKey(dataKey));
        services.AddSingleton<IAttachments, StoredAttachments>();
        services.AddSingleton<IKubeconfigRules>(new KubeconfigRules(options.ExecPlugins));
        services.AddSingleton<ConnectCluster>(s => attachment => Connect(attachment, options, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NodeProviders>();
        services.AddSingleton<IClusterDump, ClusterDump>();
        services.AddSingleton<IClusterInspector, ClusterInspector>();
        services.AddSingleton(s => new AttachedClusterHost(
            s.GetRequiredService<IAttachments>(),
            s.GetRequiredService<ConnectCluster>(),
            s.GetRequiredService<NodeProviders>(),
            key => s.GetRequiredService<ShardWorker>().Happened(key),
            s.GetRequiredService<TimeProvider>(),
            new AttachedClusterOptions { KeepWatching = options.KeepWatching },
            s.GetRequiredService<ILogger<AttachedClusterHost>>())
        {
            NodesChanged = key => s.GetRequiredService<ShardWorker>().NodesChanged(key),
        });
        services.AddSingleton<ServedForecasts>();
        services.AddSingleton(s =>
        {
            var (simulated, attached) = (s.GetRequiredService<SimulatedClusterHost>(), s.GetRequiredService<AttachedClusterHost>());
            var forecasts = ActivatorUtilities.CreateInstance<AttachedForecasts>(s, attached);
            return new ClusterHosts(
                s.GetRequiredService<IAttachments>(), new ClusterKind(simulated, simulated, s.GetRequiredService<ServedForecasts>()), new ClusterKind(attached, attached, forecasts));
        });
        services.AddSingleton<IClusterHost>(s => s.GetRequiredService<ClusterHosts>());
        services.AddSingleton<IClusterViewer>(s => s.GetRequiredService<ClusterHosts>());
        services.AddSingleton<IForecasts>(s => s.GetRequiredService<ClusterHosts>());
        services.AddImagoAttachments();
    }

    // Also what was stored before the owner took an allowance back must not run: the rules are asked each time.
    private static KubernetesClient Connect(Attachment attachment, ServerOptions options, TimeProvider clock)
    {
        var problems = new KubeconfigRules(options.ExecPlugins).Check(attachment.Kubeconfig, attachment.Context);
        if (!problems.IsEmpty)
        {
            throw new ConnectionException(string.Join(' ', problems.Select(p => p.Message)));
        }

        return AttachmentClients.Connect(
            attachment, new KubernetesClientOptions { Time = clock, RequestsPerSecond = options.KubernetesRequests, Burst = (int)Math.Ceiling(2 * options.KubernetesRequests) });
    }
}
