using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Contracts.Schemas;

namespace Imago.Api.Groups;

/// <summary>Resource groups (AZ-5).</summary>
internal sealed class GroupEndpoints(IStore store, Scopes scopes, Commits commits, GroupDeletion deletion) : IRouteSource
{
    private const string All = "/subscriptions/{subscription}/resourceGroups";
    private const string One = All + "/{group}";
    private const int PageSize = 1000;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", All, "ResourceGroups_List", VersionSet.Resources, ListAsync) { Summary = "All resource groups of a subscription.", AnswerSchema = "ResourceGroupList" },
        new("GET", One, "ResourceGroups_Get", VersionSet.Resources, GetAsync) { Summary = "One resource group.", AnswerSchema = "ResourceGroup" },
        new("HEAD", One, "ResourceGroups_CheckExistence", VersionSet.Resources, HeadAsync) { Summary = "Whether a resource group exists: 204 or 404.", Successes = [204] },
        new("PUT", One, "ResourceGroups_CreateOrUpdate", VersionSet.Resources, PutAsync)
        {
            Summary = "Makes or replaces a resource group.",
            Body = BodyUse.Required,
            BodySchema = "ResourceGroup",
            AnswerSchema = "ResourceGroup",
            Successes = [200, 201],
            Operation = OperationNames.GroupWrite,
        },
        new("PATCH", One, "ResourceGroups_Update", VersionSet.Resources, PatchAsync)
        {
            Summary = "Changes the tags of a resource group.",
            Body = BodyUse.Required,
            BodySchema = "TagsObject",
            AnswerSchema = "ResourceGroup",
            Operation = OperationNames.GroupWrite,
        },
        new("DELETE", One, "ResourceGroups_Delete", VersionSet.Resources, deletion.DeleteAsync)
        {
            Summary = "Deletes a resource group and everything in it.",
            Successes = [202],
            Operation = OperationNames.GroupDelete,
        },
        new("GET", "/subscriptions/{subscription}/operationresults/{operation}", "ResourceGroups_DeleteResult", VersionSet.Resources, deletion.ResultAsync)
        {
            Summary = "Whether a resource group has been deleted: 202 until then.",
            Successes = [200, 202],
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request) =>
        await scopes.RefusalOfSubscriptionAsync(request)
        ?? await Paging.AnswerAsync(
            request,
            PageSize,
            page => store.ListAsync(
                new ResourceQuery { Type = ResourceTypes.ResourceGroup, Under = ResourceId.OfSubscription(request.Subscription).Key, After = page.After, Limit = page.Limit },
                request.Cancellation),
            GroupDocument.Of);

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (group, refusal) = await FindAsync(request);
        return refusal ?? ApiAnswer.Ok(GroupDocument.Of(group!));
    }

    // AZ-5: the answer to HEAD has no body, whatever it says.
    private async ValueTask<ApiAnswer> HeadAsync(ApiRequest request)
    {
        var (_, refusal) = await FindAsync(request);
        return refusal is null ? ApiAnswer.Nothing() : refusal with { Body = null };
    }

    private ValueTask<ApiAnswer> PutAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (stored, refusal) = await FindAsync(request);
        if (refusal is not null && (stored is not null || refusal.Status != 404 || await scopes.RefusalOfSubscriptionAsync(request) is not null))
        {
            return Attempt.Only(refusal);
        }

        var (document, problems) = Judge(request, stored);
        if ((problems.Length > 0 ? Problems.BadRequest([.. problems]) : Preconditions.RefusalOf(request, stored)) is { } refused)
        {
            return Attempt.Only(refused);
        }

        return stored is not null && GroupDocument.IsBeingDeleted(stored) ? Attempt.Only(GroupDeletion.UnderWay(request))
            : stored is null ? Create(request, document)
            : Replace(request, stored, document);
    });

    private ValueTask<ApiAnswer> PatchAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (stored, refusal) = await FindAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var (patch, problems) = SchemaReader.Read(GroupSchema.TagsObject, request.Body, request.ApiVersion!.Value);
        if (problems.Length > 0)
        {
            return Attempt.Only(Problems.BadRequest([.. problems.Select(ErrorOf)]));
        }

        if (Preconditions.RefusalOf(request, stored) is { } refused)
        {
            return Attempt.Only(refused);
        }

        var document = (JsonObject)JsonNode.Parse(stored!.Document)!;
        if (patch["tags"] is { } tags)
        {
            document["tags"] = tags.DeepClone();
        }

        return Replace(request, stored, document);
    });

    private static (JsonObject Document, ArmError[] Problems) Judge(ApiRequest request, StoredResource? stored)
    {
        var version = request.ApiVersion!.Value;
        var (requested, unreadable) = SchemaReader.Read(GroupSchema.Resource, request.Body, version);
        var before = stored is null ? null : (JsonObject)JsonNode.Parse(stored.Document)!;
        var problems = unreadable.Select(ErrorOf).ToList();
        if (ResourceNames.RefusalOfGroup(request.Group) is { } name)
        {
            problems.Add(new ArmError(ErrorCodes.InvalidResourceName, name, "name"));
        }

        if (requested["location"] is JsonValue location)
        {
            if (ResourceNames.Location(location.GetValue<string>()) is { } normal)
            {
                requested["location"] = normal;
            }
            else
            {
                problems.Add(new ArmError(ErrorCodes.InvalidResourceLocation, $"Location '{Problems.Quoted(location.GetValue<string>())}' is not a location: letters, digits and hyphens, such as north-1.", "location"));
            }
        }
        else if (before is null && !unreadable.Any(p => p.Path == "location"))
        {
            problems.Add(new ArmError("LocationRequired", "The location property is required for a resource group.", "location"));
        }

        // What only the server says has no place in what is stored.
        requested.Remove("properties");
        var (document, changes) = SchemaMerge.Replace(GroupSchema.Resource, requested, before, version);
        return (document, [.. problems, .. changes.Select(ErrorOf)]);
    }

    private static Attempt Create(ApiRequest request, JsonObject document)
    {
        var id = ResourceId.OfGroup(request.Subscription, request.Group);
        var group = new StoredResource
        {
            Key = id.Key,
            Id = id.Text,
            Type = ResourceTypes.ResourceGroup,
            ParentKey = ResourceId.OfSubscription(request.Subscription).Key,
            Document = document.ToJsonString(),
            Version = 1,
            StatusVersion = 1,
            CreatedAt = request.Now,
            ChangedAt = request.Now,
        };
        var batch = new StoreBatch
        {
            Resources = [new ResourceWrite.Create(group) { Key = group.Key }],
            Activities = [ActivityJournal.Succeeded(request, group.Id)],
        };
        return new Attempt(batch, new ApiAnswer(201, GroupDocument.Of(group)));
    }

    private static Attempt Replace(ApiRequest request, StoredResource stored, JsonObject document)
    {
        if (JsonNode.DeepEquals(document, JsonNode.Parse(stored.Document)))
        {
            return Attempt.Only(ApiAnswer.Ok(GroupDocument.Of(stored)));
        }

        var changed = stored with { Document = document.ToJsonString(), Version = stored.Version + 1, ChangedAt = request.Now };
        var batch = new StoreBatch
        {
            Resources = [new ResourceWrite.Document(changed.Document, stored.Version, request.Now) { Key = stored.Key }],
            Activities = [ActivityJournal.Succeeded(request, stored.Id)],
        };
        return new Attempt(batch, ApiAnswer.Ok(GroupDocument.Of(changed)));
    }

    // A group whose last cluster has gone since its deletion was asked for is gone, too.
    private async ValueTask<(StoredResource? Group, ApiAnswer? Refusal)> FindAsync(ApiRequest request)
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        return group is not null && await deletion.FinishAsync(request, group) ? (null, Problems.GroupNotFound(request.Group)) : (group, refusal);
    }

    private static ArmError ErrorOf(SchemaProblem problem) => new(problem.Code, problem.Message, problem.Path);
}
