using Imago.Contracts.Schemas;

namespace Imago.Api.OpenApi;

/// <summary>What an endpoint outside the table of routes is for: signing in, access, probes. It stands in the OpenAPI document <c>imago.json</c>.</summary>
/// <param name="Name">The operation, for example <c>RoleAssignments_Get</c>; where it is served below several scopes, the document makes it unique.</param>
/// <param name="Summary">What it does, in a few words.</param>
public sealed record EndpointDescription(string Name, string Summary)
{
    /// <summary>The kind of a successful answer.</summary>
    public string Answers { get; init; } = "application/json";

    /// <summary>Whether it may be asked without a token.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The api-version that it wants; null: none.</summary>
    internal string? ApiVersion { get; init; }

    /// <summary>What it takes; null: nothing.</summary>
    internal ValueSchema.Object? Body { get; init; }

    /// <summary>The kind of its body.</summary>
    internal string Takes { get; init; } = "application/json";
}
