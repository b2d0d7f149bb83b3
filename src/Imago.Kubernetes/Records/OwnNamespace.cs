using System.Collections.Immutable;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Records;

/// <summary>The namespace of the records and the lease; made when something is to be stored for the first time, so that a cluster that is only looked at stays as it is.</summary>
internal static class OwnNamespace
{
    public static async Task CreateAsync(KubernetesClient client, string ns, CancellationToken cancellation)
    {
        var made = await client.CreateAsync(
            ResourceTypes.Namespaces,
            new PartialObject { Metadata = new ObjectMeta { Name = ns, Labels = ImmutableDictionary<string, string>.Empty.Add(RecordNames.ManagedBy, RecordNames.Imago) } },
            cancellation);
        if (!made.AlreadyExists)
        {
            made.OrThrow();
        }
    }
}
