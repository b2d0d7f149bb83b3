using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Extensions;

/// <summary>Releases that were published into the running server, and publishing one.</summary>
internal sealed class ReleaseEndpoints(IStore store, ICatalogSource catalog, IEngineSignal signal) : IRouteSource
{
    private const int NudgedAtOnce = 500;
    private const string Path = "/providers/Imago/releases";

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", Path, "Releases_List", VersionSet.Imago, ListAsync) { Summary = "The releases that were published into this server, beside the history it came with.", AnswerSchema = "ReleaseList" },
        new("POST", Path, "Releases_Publish", VersionSet.Imago, PublishAsync)
        {
            Summary = "Publishes a node image or a security patch level, or changes one that was published before.",
            Body = BodyUse.Required,
            BodySchema = "Release",
            AnswerSchema = "Release",
            Operation = OperationNames.ReleaseWrite,
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request) => Paging.Answer(request, await store.ReleasesAsync(request.Cancellation), Document);

    private async ValueTask<ApiAnswer> PublishAsync(ApiRequest request)
    {
        var (body, problems) = ExtensionSchemas.Read(ExtensionSchemas.Release, request);
        var (release, wrong) = ReleaseText.Read(body, request.Now);
        problems = problems.AddRange(wrong.Select(w => new ArmError(ErrorCodes.InvalidParameter, w.Message, w.Path)));
        if (problems.Length > 0)
        {
            return Problems.BadRequest(problems);
        }

        var stored = new StoredRelease(release!.Name, "publish", ReleaseText.Write(release));
        await store.CommitAsync(new StoreBatch { Releases = [stored] }, request.Cancellation);
        await catalog.RefreshAsync(request.Cancellation);
        await NudgeAllAsync(request);
        return ApiAnswer.Ok(Document(stored));
    }

    // Any cluster may have a new target. One that has not looks once and goes back to sleep.
    private async ValueTask NudgeAllAsync(ApiRequest request)
    {
        string? after = null;
        do
        {
            var page = await store.ListAsync(new ResourceQuery { Type = ResourceTypes.ManagedCluster, After = after, Limit = NudgedAtOnce }, request.Cancellation);
            await store.CommitAsync(new StoreBatch { Nudges = [.. page.Items.Select(c => (c.Key, request.Now))] }, request.Cancellation);
            foreach (var cluster in page.Items)
            {
                signal.Nudge(cluster.Key);
            }

            after = page.Next;
        }
        while (after is not null);
    }

    private static JsonObject Document(StoredRelease release)
    {
        var document = new JsonObject { ["name"] = release.Name, ["source"] = release.Source };
        foreach (var (name, value) in JsonNode.Parse(release.Json) as JsonObject ?? [])
        {
            document[name] = value?.DeepClone();
        }

        return document;
    }
}
