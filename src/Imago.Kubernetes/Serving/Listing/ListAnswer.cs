using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Selecting;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Listing;

/// <summary>Lists, whole or page by page.</summary>
internal sealed class ListAnswer(KeptLists kept, TimeProvider clock)
{
    // A page's worth of documents is written before the connection is asked to take it.
    private const int FlushAt = 64 * 1024;

    public async Task WriteAsync(TwinRequest request, ObjectTarget target)
    {
        var selection = Selection.Of(target, request.Query);
        var limit = request.Query.Number("limit") is { } asked and > 0 ? (int)Math.Min(asked, int.MaxValue) : int.MaxValue;
        var token = request.Query.Text("continue") is { } text ? ContinueToken.Parse(text) : (ContinueToken?)null;
        var view = ObjectView.Of(request, target.Kind, clock);
        var list = await AtVersionAsync(request, target, token);
        var page = PageOf(list, selection, token?.After, limit);

        var metadata = new JsonObject { ["resourceVersion"] = list.ResourceVersion.ToString() };
        if (page.HasMore)
        {
            kept.Keep(request.Caller.Cluster, target.Kind.Kind, list);
            metadata["continue"] = new ContinueToken(list.ResourceVersion, page.Items[^1].Key).ToString();

            // How many are left is known only where nothing is left out.
            if (!selection.HasSelector)
            {
                metadata["remainingItemCount"] = page.Left;
            }
        }

        await WriteAsync(request, view, metadata, page.Items);
    }

    private static async Task WriteAsync(TwinRequest request, ObjectView view, JsonObject metadata, ImmutableArray<TwinObject> items)
    {
        var response = request.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = JsonForm.ContentType;
        if (HttpMethods.IsHead(request.Http.Request.Method))
        {
            return;
        }

        await using var writer = new Utf8JsonWriter(response.BodyWriter, JsonForm.Writing);
        view.Begin(writer, metadata);
        foreach (var item in items)
        {
            view.Item(writer, item.Render());
            if (writer.BytesPending > FlushAt)
            {
                await writer.FlushAsync(request.Cancellation);
                await response.BodyWriter.FlushAsync(request.Cancellation);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(request.Cancellation);
        await response.BodyWriter.FlushAsync(request.Cancellation);
    }

    private async Task<TwinList> AtVersionAsync(TwinRequest request, ObjectTarget target, ContinueToken? token)
    {
        var (asked, match) = (request.Query.Text("resourceVersion"), request.Query.Text("resourceVersionMatch"));
        var version = Versions.Parse(asked);
        Versions.Check(asked, match, request.Query.Text("continue"), request.Query.Text("sendInitialEvents"), isWatch: false);

        var list = await request.Twin.ListAsync(target.Kind.Kind, request.Cancellation);
        if (token is { } next)
        {
            return Kept(next.Version) ?? throw new RefusedException(StatusDocument.Expired(
                "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter."));
        }

        if (match is "Exact")
        {
            return Kept(version) ?? throw (version > list.ResourceVersion
                ? Versions.TooLarge(version, list.ResourceVersion)
                : new RefusedException(StatusDocument.Expired($"The resourceVersion for the provided list is too old: {version}, the current one is {list.ResourceVersion}.")));
        }

        return version > list.ResourceVersion ? throw Versions.TooLarge(version, list.ResourceVersion) : list;

        TwinList? Kept(long at) => at == list.ResourceVersion ? list : kept.Find(request.Caller.Cluster, target.Kind.Kind, at);
    }

    private static Page PageOf(TwinList list, Selection selection, ObjectKey? after, int limit)
    {
        var at = after is { } last ? FirstAfter(list.Items, last) : 0;
        var items = ImmutableArray.CreateBuilder<TwinObject>();
        for (; at < list.Items.Length; at++)
        {
            if (!selection.Matches(list.Items[at]))
            {
                continue;
            }

            if (items.Count == limit)
            {
                return new Page(items.ToImmutable(), true, selection.HasSelector ? 0 : Count(list.Items, at, selection));
            }

            items.Add(list.Items[at]);
        }

        return new Page(items.ToImmutable(), false, 0);
    }

    private static int Count(ImmutableArray<TwinObject> items, int from, Selection selection)
    {
        var count = 0;
        for (var at = from; at < items.Length; at++)
        {
            count += selection.Matches(items[at]) ? 1 : 0;
        }

        return count;
    }

    private static int FirstAfter(ImmutableArray<TwinObject> items, ObjectKey last)
    {
        var (low, high) = (0, items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = items[middle].Key <= last ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed record Page(ImmutableArray<TwinObject> Items, bool HasMore, int Left);
}
