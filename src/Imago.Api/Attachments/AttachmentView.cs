using System.Text.Json.Nodes;
using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Application.Attachments;
using Imago.Application.Storage;

namespace Imago.Api.Attachments;

/// <summary>An attachment as it is answered: never with its secrets.</summary>
internal static class AttachmentView
{
    public static JsonObject Of(ClusterResources cluster, StoredResource attachment)
    {
        var properties = AttachmentDocument.Shown(attachment.Document);
        properties["location"] = ClusterResources.LocationOf(cluster.Cluster) is var location && location == AttachedDocuments.NoLocation ? null : location;
        properties["kubernetesVersion"] = cluster.Status.KubernetesVersion;
        properties["changedAt"] = WireText.Of(attachment.ChangedAt);
        properties["unreachable"] = cluster.Status.Unreachable is { } outage
            ? new JsonObject { ["since"] = WireText.Of(outage.Since), ["error"] = outage.Error }
            : null;
        return new JsonObject
        {
            ["id"] = attachment.Id,
            ["name"] = AttachmentDocument.Name,
            ["type"] = "Imago/attachments",
            ["properties"] = properties,
        };
    }
}
