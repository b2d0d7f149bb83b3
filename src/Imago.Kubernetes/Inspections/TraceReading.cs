using Imago.Application.Attachments.Checks;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Inspections;

/// <summary>Looks for what Imago keeps, or left, in its namespace.</summary>
internal sealed class TraceReading(KubernetesClient client, string space)
{
    /// <summary>The traces; null if they may not be read.</summary>
    public async Task<OwnTraces?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var exists = await ExistsAsync(cancellation);
            List<string> records = [];
            await foreach (var map in client.ListAsync(ResourceTypes.ConfigMaps, new ListQuery { Namespace = space, LabelSelector = RecordNames.Selector }, cancellation))
            {
                // The name is made of the pool's; the label says it as it is.
                records.Add(map.Metadata.Labels.GetValueOrDefault(RecordNames.Pool) ?? map.Metadata.Name ?? "");
            }

            var lease = (await client.FindAsync(ResourceTypes.Leases, new ObjectKey(space, RecordNames.LeaseName), cancellation))?.Spec;
            return new OwnTraces(
                exists,
                [.. records],
                string.IsNullOrEmpty(lease?.HolderIdentity) ? null : lease.HolderIdentity,
                lease?.RenewTime is { } renewed ? renewed + Duration.FromSeconds(lease.LeaseDurationSeconds ?? 0) : null)
            {
                NamespaceCanBeMade = !exists && (await client.MayAsync(new ResourceAttributes { Resource = "namespaces", Verb = "create" }, cancellation)).Allowed,
            };
        }
        catch (KubernetesException problem) when (problem.IsForbidden || problem.IsNotFound)
        {
            return null;
        }
    }

    // Where namespaces may not be read, ours counts as there: what is missing in it is told by what may not be done.
    private async Task<bool> ExistsAsync(CancellationToken cancellation)
    {
        try
        {
            return await client.FindAsync(ResourceTypes.Namespaces, new ObjectKey("", space), cancellation) is not null;
        }
        catch (KubernetesException problem) when (problem.IsForbidden)
        {
            return true;
        }
    }
}
