using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Application.Ports;
using Imago.Domain.Channels;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Inspections;

/// <summary>
/// Looks at a cluster over its API. It only gathers; what was gathered is judged by <see cref="ClusterChecks"/>. Nothing is changed: it lists, reads and asks what it may do.
/// </summary>
/// <param name="connect">Makes a client of an attachment.</param>
/// <param name="clock">Our clock.</param>
public sealed class ClusterInspector(ConnectCluster connect, TimeProvider clock) : IClusterInspector
{
    /// <inheritdoc />
    public async ValueTask<Inspection> InspectAsync(Attachment attachment, CancellationToken cancellation)
    {
        var (chosen, client) = Connect(attachment);
        using var connected = client;
        try
        {
            var (facts, limits) = await GatherAsync(client, attachment, chosen, cancellation);
            return new Inspection(facts.Server, facts.Version, facts.View, [.. facts.Pools.Select(Inspected)], ClusterChecks.Judge(facts)) { Limits = limits };
        }
        catch (KubernetesException problem) when (problem.IsUnauthorized)
        {
            throw new InspectionException($"Cluster {client.Access.Server} does not accept the credentials of the kubeconfig: {problem.Message} Make a new token; docs/kubernetes/attach.md shows how.", problem) { IsAboutTheRequest = true };
        }
        catch (ConnectionException problem)
        {
            throw new InspectionException($"Cluster {client.Access.Server} cannot be looked at: {problem.Message}", problem);
        }
    }

    private (ImmutableArray<ChosenPool> Chosen, KubernetesClient Client) Connect(Attachment attachment)
    {
        try
        {
            return (AttachedPoolRules.Chosen(attachment), connect(attachment));
        }
        catch (ConnectionException problem)
        {
            throw new InspectionException(problem.Message, problem) { IsAboutTheRequest = true };
        }
    }

    private async Task<(ClusterFacts Facts, ProviderLimits? Limits)> GatherAsync(KubernetesClient client, Attachment attachment, ImmutableArray<ChosenPool> chosen, CancellationToken cancellation)
    {
        var access = new AccessReading(client, clock);
        var (version, ahead) = await access.VersionAsync(cancellation);
        var reading = new ObjectReading(client, (labels, annotations) => PoolRules.Chosen(labels, annotations, chosen));
        var refused = await access.RefusedAsync(attachment.Namespace, cancellation);
        var nodes = await reading.NodesAsync(cancellation);
        var view = await reading.ViewAsync(nodes, cancellation);
        var (provider, limits) = await ProviderReading.AskAsync(attachment, nodes, clock, cancellation);
        var facts = new ClusterFacts
        {
            Server = client.Access.Server.ToString(),
            Version = version,
            Now = Instant.FromDateTimeOffset(clock.GetUtcNow()),
            Namespace = attachment.Namespace,
            TlsUnverified = client.Access.Tls.SkipVerification || (client.Access.Server.Scheme == Uri.UriSchemeHttp && !client.Access.Server.IsLoopback),
            ClockAhead = ahead,
            Apis = await access.ApisAsync(cancellation),
            Refused = refused,
            Nodes = nodes,
            View = view,
            Pools = PoolDiscovery.Discover(nodes.IsDefault ? [] : nodes.Select(n => n.Facts)),
            Chosen = chosen,
            Workloads = await reading.WorkloadsAsync(cancellation),
            UpgradePlans = await reading.PlansAsync(cancellation),
            Provider = provider,
            InPlace = attachment.Provider?.Kind == ProviderKinds.InPlace,
            Traces = await new TraceReading(client, attachment.Namespace).ReadAsync(cancellation),
        };
        return (facts, limits);
    }

    private static InspectedPool Inspected(DiscoveredPool pool) => new(
        pool.Spec.Name,
        pool.FoundBy,
        pool.Nodes,
        pool.Spec.Mode.ToString(),
        (pool.Spec.Os == PoolOs.Windows ? OsType.Windows : OsType.Linux).ToString(),
        pool.OsSku.Length > 0 || pool.Spec.Family is null ? pool.OsSku : ImageFamilies.Find(pool.Spec.Family)?.Sku.ToString() ?? "",
        pool.Architectures.FirstOrDefault() ?? "",
        pool.Image,
        pool.Spec.Kubernetes?.ToString(),
        pool.Zones,
        pool.AutoProvisioned);
}
