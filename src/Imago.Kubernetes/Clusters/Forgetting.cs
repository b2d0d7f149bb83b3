using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Records;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Takes everything of ours out of a cluster: cordons, marks, taints and annotations off the nodes, then the records, at last the lease. It can be stopped anywhere and
/// run again. Nothing of anybody else's is touched, and no node is made or deleted; the namespace stays, for it may hold more than ours.
/// </summary>
/// <remarks>Rules: UP-155.</remarks>
internal sealed class Forgetting(KubernetesClient client, Attachment attachment, TimeProvider clock, LeaseSight? before)
{
    private const int MostTries = 5;
    private static readonly Duration Length = Duration.FromSeconds(60);

    private readonly NodeReader _reader = new(AttachedPoolRules.Of(attachment));

    /// <summary>What was seen of the lease, for the next try.</summary>
    public LeaseSight? Sight { get; private set; } = before;

    public async ValueTask RunAsync(CancellationToken cancellation)
    {
        var records = new RecordStore(client, attachment.Namespace);
        var lease = new LeaseKeeper(client, attachment.Namespace, records, clock) { Sight = Sight };
        if (await lease.HoldAsync($"detaching {attachment.ClusterKey}", Length, cancellation) is null)
        {
            Sight = lease.Sight;

            // Marks on nodes may be those of whoever holds it.
            throw new ConnectionException(
                $"Cluster '{attachment.ClusterKey}': another Imago holds lease '{attachment.Namespace}/{RecordNames.LeaseName}', or held it a moment ago. Its marks are not removed while it works. Wait until the lease has run out, or detach the cluster there.");
        }

        await foreach (var node in client.ListAsync(ResourceTypes.Nodes, ListQuery.All, cancellation))
        {
            await CleanAsync(node, cancellation);
        }

        await records.DeleteAllAsync(cancellation);
        await lease.DeleteAsync(cancellation);
    }

    private async ValueTask CleanAsync(KubernetesNode node, CancellationToken cancellation)
    {
        var seen = node;
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (NodePatch.Forgetting(seen, _reader.Read(seen)) is not { } patch)
            {
                return;
            }

            var name = seen.Metadata.Name ?? "";
            var answer = await KubernetesConnection.PatchAsync(client, name, patch, cancellation);
            if (answer.Done || answer.NotFound)
            {
                return;
            }

            if (!answer.Conflict)
            {
                throw new ConnectionException($"The cluster refused to take our marks off node '{name}': {answer.Refusal}");
            }

            // Somebody changed it meanwhile; what they did stays.
            if (await client.FindAsync(ResourceTypes.Nodes, new ObjectKey("", name), cancellation) is not { } now)
            {
                return;
            }

            seen = now;
        }

        throw new ConnectionException($"Node '{node.Metadata.Name}' keeps changing, so that our marks could not be taken off it. It is tried again.");
    }
}
