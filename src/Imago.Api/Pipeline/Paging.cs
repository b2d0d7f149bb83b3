using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Api.Authorization;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Microsoft.AspNetCore.Http.Extensions;

namespace Imago.Api.Pipeline;

/// <summary>Which page of a list is asked for: <c>$top</c> and <c>$skipToken</c>.</summary>
/// <param name="After">Where to go on; null: from the beginning.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record Paging(string? After, int Limit)
{
    private const string Top = "$top";
    private const string SkipToken = "$skipToken";
    private const int Most = 1000;

    /// <summary>The page, or why the request for it is refused.</summary>
    private static (Paging? Page, ApiAnswer? Refusal) Read(ApiRequest request, int otherwise)
    {
        var limit = otherwise;
        if (request.Query(Top) is { } top && (!int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most))
        {
            return (null, Problems.Of(400, ErrorCodes.InvalidParameter, $"The query parameter $top is '{Problems.Quoted(top)}'. Allowed are whole numbers from 1 to {Most}.", Top));
        }

        var token = request.Query(SkipToken);
        var after = token is null ? null : WireText.FromToken(token);
        return token is not null && after is null
            ? (null, UnknownToken())
            : (new Paging(after, limit), null);
    }

    /// <summary>Reads a page and answers with it. A position that the store did not give is a token that somebody made up.</summary>
    public static async ValueTask<ApiAnswer> AnswerAsync<T>(ApiRequest request, int otherwise, Func<Paging, ValueTask<Page<T>>> read, Func<T, JsonNode> document)
    {
        var (paging, refusal) = Read(request, otherwise);
        if (refusal is not null)
        {
            return refusal;
        }

        try
        {
            return Answer(request, (await read(paging!)).For(request), document);
        }
        catch (FormatException) when (paging!.After is not null)
        {
            return UnknownToken();
        }
    }

    /// <summary>The list as it is answered, with a link to the next page if there is one (absolute, AZ-47).</summary>
    private static ApiAnswer Answer<T>(ApiRequest request, Page<T> page, Func<T, JsonNode> document)
    {
        var list = new JsonObject { ["value"] = new JsonArray([.. page.Items.Select(document)]) };
        if (page.Next is { } next)
        {
            list["nextLink"] = NextLink(request, next);
        }

        return ApiAnswer.Ok(list);
    }

    /// <summary>A list that is whole.</summary>
    public static ApiAnswer Answer<T>(ApiRequest request, ImmutableArray<T> items, Func<T, JsonNode> document) => Answer(request, new Page<T>(items, null), document);

    private static ApiAnswer UnknownToken() =>
        Problems.Of(400, ErrorCodes.InvalidParameter, "The query parameter $skipToken is not one of this service. Follow the nextLink of a list as it is.", SkipToken);

    private static string NextLink(ApiRequest request, string next)
    {
        var query = new QueryBuilder(request.Http.Request.Query
            .Where(q => !q.Key.Equals(SkipToken, StringComparison.OrdinalIgnoreCase))
            .SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v ?? ""))))
        {
            { SkipToken, WireText.Token(next) },
        };
        return request.Link(request.Http.Request.Path.ToUriComponent() + query.ToQueryString().ToUriComponent());
    }
}
