using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Pipeline;
using Imago.Api.Writing;
using Imago.Application.Attachments;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;

namespace Imago.Api.Attachments;

/// <summary>What is stored of an attached cluster.</summary>
internal sealed class AttachmentWriting(IStore store, ISecretBox secrets)
{
    /// <summary>A new managed cluster with its pools and the attachment, all at once. Nothing is to be made, so no operation follows.</summary>
    public Attempt Creation(ApiRequest request, ResourceId id, AttachmentBody body, Inspection inspection)
    {
        var document = AttachedDocuments.Cluster(inspection, body.Location);
        ClusterDefaults.Fill(new ClusterDocument(document), id);
        var cluster = ResourceWrites.New(request, id, ResourceTypes.ManagedCluster, id.Parent!.Key, id.Key, document.ToJsonString(), StatusText.Write(AttachedDocuments.Status(inspection)));
        var attachment = Attachment(request, id, body, inspection);
        var pools = inspection.Pools.Select(p => Pool(request, id, p)).ToImmutableArray();
        var after = new ClusterResources(cluster, pools, []) { Attachment = attachment };
        var batch = new StoreBatch
        {
            Resources = [.. pools.Prepend(attachment).Prepend(cluster).Select(r => new ResourceWrite.Create(r) { Key = r.Key })],
            Activities = [ActivityJournal.Succeeded(request, attachment.Id, AttachmentEndpoints.Facts(inspection, body.Attachment))],
            Nudges = [(cluster.Key, request.Now)],
        };
        return new Attempt(batch, Answer(201, after, attachment, inspection));
    }

    /// <summary>Another way to the same cluster. Pools that were chosen otherwise come and go by themselves (see the engine).</summary>
    public async ValueTask<Attempt> ChangeAsync(ApiRequest request, ClusterResources cluster, AttachmentBody body, Inspection inspection)
    {
        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if (open.Any(o => o.Kind == OperationKind.DeleteCluster))
        {
            return Attempt.Only(Problems.NotAllowedNow($"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' is being detached. Wait until it has been, then attach it again."));
        }

        var channel = ClusterDocument.Of(cluster.Cluster).NodeOsChannel;
        if (body.Attachment.Provider is null && AttachedRules.RefusalOf(channel) is { } refusal)
        {
            return Attempt.Only(Problems.Of(400, ErrorCodes.InvalidParameter, refusal, "provider"));
        }

        if (body.Location is { } location && location != ClusterResources.LocationOf(cluster.Cluster))
        {
            return Attempt.Only(Problems.Of(400, ErrorCodes.PropertyChangeNotAllowed, $"The location of cluster '{ClusterResources.NameOf(cluster.Cluster)}' is '{ClusterResources.LocationOf(cluster.Cluster)}' and cannot be changed. Leave it out, or detach the cluster and attach it again.", "location"));
        }

        var id = ResourceId.Parse(cluster.Cluster.Id).Id!;
        var before = cluster.Attachment!;
        var document = AttachmentDocument.Write(body.Attachment, inspection.Server, secrets);
        var noted = Noted(before, body.Attachment, inspection);
        var attachment = before with { Document = document, Version = before.Version + 1, ChangedAt = request.Now };
        var version = AttachedDocuments.VersionOf(inspection.KubernetesVersion);
        var added = inspection.Pools.Where(p => cluster.Pool(p.Name) is null).Select(p => Pool(request, id, p)).ToImmutableArray();
        var after = cluster with { Attachment = attachment, Pools = [.. cluster.Pools, .. added] };
        var batch = new StoreBatch
        {
            Resources =
            [
                new ResourceWrite.Document(document, before.Version, request.Now) { Key = before.Key },
                .. noted,
                .. version.Length > 0 && version != cluster.Status.KubernetesVersion ? Version(request, cluster.Cluster, version) : [],
                .. added.Select(p => new ResourceWrite.Create(p) { Key = p.Key }),
            ],
            Activities = [ActivityJournal.Succeeded(request, attachment.Id, AttachmentEndpoints.Facts(inspection, body.Attachment))],
            Nudges = [(cluster.Cluster.Key, request.Now)],
        };
        return new Attempt(batch, Answer(200, after, attachment, inspection));
    }

    /// <summary>The cluster's Kubernetes was upgraded by its owner.</summary>
    public static ImmutableArray<ResourceWrite> Version(ApiRequest request, StoredResource cluster, string version)
    {
        var document = ClusterDocument.Of(cluster);
        document.Properties["kubernetesVersion"] = version;
        var writes = new List<ResourceWrite>();
        ResourceWrites.Changed(request, cluster, document.Root.ToJsonString(), StatusText.Write(StatusText.ReadCluster(cluster.Status) with { KubernetesVersion = version }), writes);
        return [.. writes];
    }

    /// <summary>UP-25: what the node provider said when it was looked at. What one that did not answer said before stays; without a provider nothing does.</summary>
    public static ImmutableArray<ResourceWrite> Noted(StoredResource stored, Attachment attachment, Inspection inspection)
    {
        var before = StatusText.ReadAttachment(stored.Status);
        var after = StatusText.Write(before with { Provider = attachment.Provider is null ? null : inspection.Limits ?? before.Provider });
        return after == StatusText.Write(before) ? [] : [new ResourceWrite.Status(after, stored.StatusVersion) { Key = stored.Key }];
    }

    private StoredResource Attachment(ApiRequest request, ResourceId cluster, AttachmentBody body, Inspection inspection)
    {
        var id = ResourceId.Parse($"{cluster.Text}/providers/Imago/attachments/{AttachmentDocument.Name}").Id!;
        return ResourceWrites.New(request, id, ResourceTypes.Attachment, cluster.Key, cluster.Key, AttachmentDocument.Write(body.Attachment, inspection.Server, secrets), StatusText.Write(new AttachmentStatus { Provider = inspection.Limits }));
    }

    private static StoredResource Pool(ApiRequest request, ResourceId cluster, InspectedPool pool)
    {
        var id = cluster.Child("agentPools", pool.Name);
        var document = AttachedDocuments.Pool(pool);

        // What AKS has no word for would be refused when a client sends the pool back as it is.
        if (document["properties"]?["osSKU"] is { } sku && !AgentPoolSchema.OsSkus.Contains((string)sku!))
        {
            ((JsonObject)document["properties"]!).Remove("osSKU");
        }

        return ResourceWrites.New(request, id, ResourceTypes.AgentPool, cluster.Key, cluster.Key, document.ToJsonString(), StatusText.Write(AttachedDocuments.Status(pool)));
    }

    private static ApiAnswer Answer(int status, ClusterResources cluster, StoredResource attachment, Inspection inspection)
    {
        var answer = AttachmentView.Of(cluster, attachment);
        answer["inspection"] = InspectionDocument.Of(inspection);
        return new ApiAnswer(status, answer).WithETag(ETags.Of(attachment));
    }
}
