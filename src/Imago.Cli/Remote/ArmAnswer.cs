using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>What the server said to one request.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The document; null when there was none.</param>
/// <param name="Operation">Where the operation that it began is followed (<c>Azure-AsyncOperation</c>).</param>
/// <param name="Location">Where its result will be.</param>
/// <param name="RetryAfter">When to ask again.</param>
/// <param name="ETag">The version of the document.</param>
internal sealed record ArmAnswer(int Status, JsonNode? Body, Uri? Operation, Uri? Location, TimeSpan? RetryAfter, string? ETag)
{
    public static ArmAnswer Of(HttpResponseMessage response, JsonNode? body) => new(
        (int)response.StatusCode,
        body,
        response.Headers.TryGetValues("Azure-AsyncOperation", out var values) && Uri.TryCreate(values.First(), UriKind.Absolute, out var operation) ? operation : null,
        response.Headers.Location,
        PauseOf(response.Headers.RetryAfter, response.Headers.Date),
        response.Headers.ETag?.ToString() ?? (response.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null));

    // Dates are compared with the server's own clock; ours may be wrong.
    private static TimeSpan? PauseOf(RetryConditionHeaderValue? header, DateTimeOffset? now) =>
        header?.Delta ?? (header?.Date is { } date && now is { } current ? date - current : null);

    public override string ToString() => Status.ToString(CultureInfo.InvariantCulture);
}
