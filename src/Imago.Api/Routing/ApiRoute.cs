using Imago.Api.Pipeline;

namespace Imago.Api.Routing;

/// <summary>What a route does with the body of a request.</summary>
internal enum BodyUse
{
    /// <summary>It takes none; what is sent all the same is not read.</summary>
    None,

    /// <summary>A JSON object, which may be left out.</summary>
    Optional,

    /// <summary>A JSON object.</summary>
    Required,
}

/// <summary>One thing that the API can be asked.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Pattern">Path with its parameters in braces; compared without regard to case (AZ-50).</param>
/// <param name="Name">Unique name, for example <c>ManagedClusters_Get</c>; the operation id in the OpenAPI document.</param>
/// <param name="Versions">Which api-versions it has.</param>
/// <param name="Answer">Answers it.</param>
internal sealed record ApiRoute(string Method, string Pattern, string Name, VersionSet Versions, Func<ApiRequest, ValueTask<ApiAnswer>> Answer)
{
    /// <summary>What it does, in a few words, for readers of the OpenAPI document.</summary>
    public required string Summary { get; init; }

    public BodyUse Body { get; init; }

    /// <summary>EV-50…54: what the activity log calls it, for example <c>Microsoft.ContainerService/managedClusters/write</c>; null for reading.</summary>
    public string? Operation { get; init; }

    /// <summary>Name of the document in the body, for the OpenAPI document; null: an object of the route's own.</summary>
    public string? BodySchema { get; init; }

    /// <summary>Name of the document in a successful answer; null: an object of the route's own, or nothing.</summary>
    public string? AnswerSchema { get; init; }

    /// <summary>Statuses of successful answers.</summary>
    public int[] Successes { get; init; } = [200];

    /// <summary>Whether it may be asked without a token.</summary>
    public bool Anonymous { get; init; }
}

/// <summary>A part of the API.</summary>
internal interface IRouteSource
{
    /// <summary>What it can be asked.</summary>
    IEnumerable<ApiRoute> Routes { get; }
}
