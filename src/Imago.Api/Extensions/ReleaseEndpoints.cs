using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Application.Storage;
using Imago.Contracts.Errors;

namespace Imago.Api.Extensions;

/// <summary>Releases that were published into the running server, and publishing one.</summary>
internal sealed class ReleaseEndpoints(IStore store) : IRouteSource
{
    private const string Path = "/providers/Imago/releases";
    private const int MostArchives = 500;
    private const string ArchivesPath = "/providers/Imago/archives";

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
        new("GET", ArchivesPath, "Archives_List", VersionSet.Imago, ArchivesAsync) { Summary = "The package archives that this server watches, and how they stood at the last look.", AnswerSchema = "ArchiveList" },
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

        // Every process watches what is published, and wakes the clusters that are concerned.
        var stored = new StoredRelease(release!.Name, "publish", ReleaseText.Write(release));
        await store.CommitAsync(new StoreBatch { Releases = [stored], Activities = [ActivityJournal.Succeeded(request, $"{Path}/{release.Name}")] }, request.Cancellation);
        return ApiAnswer.Ok(Document(stored));
    }

    private async ValueTask<ApiAnswer> ArchivesAsync(ApiRequest request)
    {
        var page = await store.ListAsync(new ResourceQuery { Type = ArchiveWatch.ResourceType, Limit = MostArchives }, request.Cancellation);
        return Paging.Answer(request, page.Items, Document);
    }

    private static JsonObject Document(StoredResource archive)
    {
        var memory = ArchiveMemoryText.Read(archive.Document);
        var document = new JsonObject { ["name"] = archive.Id[(archive.Id.LastIndexOf('/') + 1)..], ["level"] = memory.Level?.ToString(), ["image"] = memory.Image?.ToString() };
        foreach (var (name, value) in JsonNode.Parse(archive.Status) as JsonObject ?? [])
        {
            document[name] = value?.DeepClone();
        }

        return document;
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
