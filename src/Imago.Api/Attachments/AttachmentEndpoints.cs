using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Groups;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Attachments;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;

namespace Imago.Api.Attachments;

/// <summary>Attaching clusters that Imago did not make, and looking at them.</summary>
internal sealed class AttachmentEndpoints(Scopes scopes, Commits commits, Inspections inspections, IAttachments attachments, IKubeconfigRules rules, AttachmentWriting writing) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", AttachmentRoutes.Inspect, "Clusters_Inspect", VersionSet.Imago, InspectAsync)
        {
            Summary = "Looks at a cluster that might be attached: its pools, and whether Imago can work on it. Nothing is stored or changed.",
            Body = BodyUse.Required,
            BodySchema = "AttachmentRequest",
            AnswerSchema = "Inspection",
            Operation = OperationNames.ClusterInspect,
        },
        new("PUT", AttachmentRoutes.One, "Attachments_CreateOrUpdate", VersionSet.Imago, PutAsync)
        {
            Summary = "Attaches a cluster: makes the managed cluster, its pools and the attachment. Or changes how an attached cluster is reached.",
            Body = BodyUse.Required,
            BodySchema = "AttachmentRequest",
            AnswerSchema = "Attachment",
            Successes = [200, 201],
            Operation = OperationNames.AttachmentWrite,
        },
        new("GET", AttachmentRoutes.One, "Attachments_Get", VersionSet.Imago, GetAsync) { Summary = "How an attached cluster is reached, without its secrets.", AnswerSchema = "Attachment" },
        new("POST", AttachmentRoutes.Check, "Attachments_Check", VersionSet.Imago, CheckAsync)
        {
            Summary = "Looks at an attached cluster: its pools, and whether Imago can work on it.", AnswerSchema = "Inspection", Operation = OperationNames.AttachmentCheck,
        },
    ];

    public static ApiAnswer NotFound(ApiRequest request) => Problems.ResourceNotFound($"{request.Cluster}/providers/Imago/attachments/{AttachmentDocument.Name}", request.Group);

    /// <summary>There is nothing to check, or to let go of, in a cluster that is Imago's own.</summary>
    public static ApiAnswer NotAttached(ClusterResources cluster) => Problems.Of(
        404, ErrorCodes.ResourceNotFound, $"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' is simulated, not attached: there is nothing to check or to detach. Deleting the cluster deletes its nodes with it.");

    private async ValueTask<ApiAnswer> InspectAsync(ApiRequest request)
    {
        var (_, refusal) = await scopes.GroupAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var (body, problems) = AttachmentBody.Read(request, clusterKey: "", kept: null, rules);
        if (body is null)
        {
            return Problems.BadRequest(problems);
        }

        var (inspection, failed) = await inspections.LookAsync(request, body.Attachment);
        return failed ?? await commits.RunAsync(request, () => ValueTask.FromResult(new Attempt(
            new StoreBatch { Activities = [ActivityJournal.Succeeded(request, ResourceId.OfGroup(request.Subscription, request.Group).Text, Facts(inspection!, body.Attachment))] },
            ApiAnswer.Ok(InspectionDocument.Of(inspection!)))));
    }

    private async ValueTask<ApiAnswer> PutAsync(ApiRequest request)
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        if (ResourceNames.RefusalOfCluster(request.Cluster) is { } badName)
        {
            return Problems.Of(400, ErrorCodes.InvalidResourceName, badName, "name");
        }

        var id = ResourceId.OfCluster(request.Subscription, GroupDocument.NameOf(group!), request.Cluster);
        var present = await scopes.FindClusterAsync(request);
        if (present is { Attachment: null })
        {
            return Simulated(present);
        }

        var (body, problems) = AttachmentBody.Read(request, id.Key, present is null ? null : await attachments.FindAsync(id.Key, request.Cancellation), rules);
        if (body is null)
        {
            return Problems.BadRequest(problems);
        }

        // Looking takes its time, so it is done once; what is stored is judged again with every try to write.
        var (inspection, failed) = await inspections.LookAsync(request, body.Attachment);
        if (failed is null && PoolNames.Clashing(inspection!.Pools.Select(p => p.Name)) is { IsEmpty: false } clashing)
        {
            return Problems.Of(400, ErrorCodes.InvalidParameter, PoolNames.Refusal(clashing), "pools");
        }

        return failed ?? await commits.RunAsync(request, async () =>
        {
            var (now, gone) = await scopes.GroupAsync(request);
            if (gone is not null || GroupDocument.IsBeingDeleted(now!))
            {
                return Attempt.Only(gone ?? GroupDeletion.UnderWay(request));
            }

            return await scopes.FindClusterAsync(request) switch
            {
                null => writing.Creation(request, id, body, inspection!),
                { Attachment: null } simulated => Attempt.Only(Simulated(simulated)),
                var attached => Preconditions.RefusalOf(request, attached.Attachment) is { } unmet ? Attempt.Only(unmet) : await writing.ChangeAsync(request, attached, body, inspection!),
            };
        });
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? (cluster!.Attachment is { } attachment ? ApiAnswer.Ok(AttachmentView.Of(cluster, attachment)).WithETag(ETags.Of(attachment)) : NotFound(request));
    }

    // Whoever checks wants what is stored to be as the cluster is: what was seen is noted, and the engine looks, too.
    private async ValueTask<ApiAnswer> CheckAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        if (cluster!.Attachment is null || await attachments.FindAsync(cluster.Cluster.Key, request.Cancellation) is not { } attachment)
        {
            return NotAttached(cluster);
        }

        var (inspection, failed) = await inspections.LookAsync(request, attachment);
        return failed ?? await commits.RunAsync(request, async () =>
        {
            var (now, gone) = await scopes.ClusterAsync(request);
            if (gone is not null)
            {
                return Attempt.Only(gone);
            }

            var version = AttachedDocuments.VersionOf(inspection!.KubernetesVersion);
            var batch = new StoreBatch
            {
                Resources =
                [
                    .. version.Length > 0 && version != now!.Status.KubernetesVersion ? AttachmentWriting.Version(request, now.Cluster, version) : [],
                    .. now!.Attachment is { } noted ? AttachmentWriting.Noted(noted, attachment, inspection) : [],
                ],
                Activities = [ActivityJournal.Succeeded(request, now!.Cluster.Id, Facts(inspection, attachment))],
                Nudges = [(now.Cluster.Key, request.Now)],
            };
            return new Attempt(batch, ApiAnswer.Ok(InspectionDocument.Of(inspection)));
        });
    }

    /// <summary>What the activity log says about it beside who and when: never a secret.</summary>
    internal static JsonObject Facts(Inspection inspection, Attachment attachment)
    {
        var facts = new JsonObject { ["server"] = inspection.Server, ["problems"] = inspection.Findings.Count(f => f.Level == FindingLevel.Problem) };
        if (attachment.Provider is { } provider)
        {
            facts["provider"] = provider.Endpoint?.GetLeftPart(UriPartial.Path) ?? provider.Kind;
        }

        return facts;
    }

    private static ApiAnswer Simulated(ClusterResources cluster) => Problems.Of(
        409, ErrorCodes.Conflict, $"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' exists and is simulated: its nodes are Imago's own. Attach under another name, or delete it first.");
}
