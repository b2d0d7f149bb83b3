using Imago.Api.OpenApi;
using Imago.Contracts.Schemas;

namespace Imago.Api.Principals;

/// <summary>The endpoints for principals and roles as the OpenAPI document tells them.</summary>
internal static class AccessDescriptions
{
    private static readonly ValueSchema.Text Text = new() { Longest = 1000 };

    public static ValueSchema.Object ServicePrincipal { get; } = Body(
        "ServicePrincipal",
        new("displayName", Text, "Its name; the one in the path if it is left out."),
        new("enabled", new ValueSchema.Flag(), "Whether it may sign in."),
        new("newSecret", new ValueSchema.Flag(), "True: a new secret takes the place of the old one."));

    public static ValueSchema.Object RoleAssignment { get; } = Body(
        "RoleAssignment",
        new("principalId", Text, "App id of a service principal, or object id of somebody at another issuer."),
        new("role", Text, "Reader, Contributor or Owner."));

    public static EndpointDescription Of(string name, string summary, ValueSchema.Object? body = null) => new(name, summary) { ApiVersion = ExtensionCall.ApiVersion, Body = body };

    private static ValueSchema.Object Body(string name, params SchemaProperty[] properties) =>
        new(name, [new SchemaProperty("properties", new ValueSchema.Object(name + "Properties", [.. properties]), "What it is.")]);
}
