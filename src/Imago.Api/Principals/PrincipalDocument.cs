using System.Text.Json.Nodes;
using Imago.Application.Storage;
using NodaTime;
using NodaTime.Text;

namespace Imago.Api.Principals;

/// <summary>Service principals and role assignments as they stand on the wire.</summary>
internal static class PrincipalDocument
{
    /// <summary>A principal; its secret only in the answer to the request that made it.</summary>
    public static JsonObject Of(ServicePrincipal principal, string? secret = null)
    {
        var properties = new JsonObject
        {
            ["appId"] = principal.AppId,
            ["displayName"] = principal.Name,
            ["createdAt"] = Text(principal.CreatedAt),
            ["enabled"] = principal.DisabledAt is null,
        };
        if (principal.DisabledAt is { } disabled)
        {
            properties["disabledAt"] = Text(disabled);
        }

        if (secret is not null)
        {
            properties["secret"] = secret;
        }

        return new JsonObject
        {
            ["id"] = $"/providers/Imago/servicePrincipals/{principal.AppId}",
            ["name"] = principal.AppId,
            ["type"] = "Imago/servicePrincipals",
            ["properties"] = properties,
        };
    }

    public static JsonObject Of(RoleAssignment assignment) => new()
    {
        ["id"] = $"{(assignment.ScopeKey == "/" ? "" : assignment.ScopeKey)}/providers/Imago/roleAssignments/{assignment.Id}",
        ["name"] = assignment.Id,
        ["type"] = "Imago/roleAssignments",
        ["properties"] = new JsonObject
        {
            ["principalId"] = assignment.PrincipalId,
            ["role"] = assignment.Role,
            ["scope"] = assignment.ScopeKey,
            ["createdAt"] = Text(assignment.CreatedAt),
        },
    };

    private static string Text(Instant instant) => InstantPattern.ExtendedIso.Format(instant);
}
