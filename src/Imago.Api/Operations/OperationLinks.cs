using Imago.Api.Pipeline;
using Imago.Application.Storage;

namespace Imago.Api.Operations;

/// <summary>Answers that begin or continue a long-running operation, with the headers that clients follow (EV-80).</summary>
internal sealed class OperationLinks(ApiOptions options)
{
    private const string AsyncOperation = "Azure-AsyncOperation";
    private const string Location = "Location";

    /// <summary>AZ-46: how long clients are asked to wait, in whole seconds.</summary>
    public string RetryAfter => Math.Max(1, (int)Math.Ceiling(options.RetryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>AZ-8, AZ-61: a PUT names the status document only; the final state is read from the resource itself.</summary>
    public ApiAnswer Written(ApiRequest request, ApiAnswer answer, StoredOperation operation) =>
        answer.With(AsyncOperation, StatusOf(request, operation)).With("Retry-After", RetryAfter);

    /// <summary>AZ-19, AZ-61: DELETE and POST name the status document and where the result will be.</summary>
    public ApiAnswer Accepted(ApiRequest request, ApiAnswer answer, StoredOperation operation) =>
        Written(request, answer, operation).With(Location, ResultOf(request, operation));

    /// <summary>The result is not there yet.</summary>
    public ApiAnswer StillGoing(ApiRequest request, StoredOperation operation) =>
        ApiAnswer.Nothing(202).With(Location, ResultOf(request, operation)).With("Retry-After", RetryAfter);

    private static string StatusOf(ApiRequest request, StoredOperation operation) => Link(request, "operations", operation);

    private static string ResultOf(ApiRequest request, StoredOperation operation) => Link(request, "operationresults", operation);

    // AZ-47
    private static string Link(ApiRequest request, string kind, StoredOperation operation) =>
        request.Link($"{Path(kind, operation)}?api-version={VersionOf(request)}");

    /// <summary>The path of an operation's status or result.</summary>
    public static string Path(string kind, StoredOperation operation) =>
        $"/subscriptions/{operation.SubscriptionId}/providers/Microsoft.ContainerService/locations/{Uri.EscapeDataString(operation.Location)}/{kind}/{operation.Id}";

    // An operation that an extension of ours began is followed like any other.
    private static string VersionOf(ApiRequest request) =>
        ReferenceEquals(request.Route.Versions, Routing.VersionSet.ContainerService)
            ? request.ApiVersion!.Value.ToString()
            : Routing.VersionSet.ContainerService.Listed[0];
}
