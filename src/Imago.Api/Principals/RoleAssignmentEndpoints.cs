using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Authentication;
using Imago.Api.Authorization;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Imago.Api.Principals;

/// <summary>Who holds which role where. Only Owners of the scope come here (<see cref="RequestScope"/>).</summary>
internal static class RoleAssignmentEndpoints
{
    private const string Path = "/providers/Imago/roleAssignments";
    private const int LongestPrincipal = 200;

    private static readonly string[] Scopes =
    [
        "",
        "/subscriptions/{s}",
        "/subscriptions/{s}/resourceGroups/{g}",
        "/subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{t}/{n}",
        "/subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{t}/{n}/{t2}/{n2}",
    ];

    public static void MapRoleAssignments(this IEndpointRouteBuilder routes)
    {
        foreach (var scope in Scopes)
        {
            routes.MapGet(scope + Path, ListAsync).WithMetadata(AccessDescriptions.Of("RoleAssignments_List", "Who holds which role at the scope and below."));
            routes.MapGet(scope + Path + "/{id}", GetAsync).WithMetadata(AccessDescriptions.Of("RoleAssignments_Get", "One role assignment."));
            routes.MapPut(scope + Path + "/{id}", PutAsync).WithMetadata(AccessDescriptions.Of("RoleAssignments_Create", "Gives a role at the scope.", AccessDescriptions.RoleAssignment));
            routes.MapDelete(scope + Path + "/{id}", DeleteAsync).WithMetadata(AccessDescriptions.Of("RoleAssignments_Delete", "Takes a role away."));
        }
    }

    private static async Task ListAsync(HttpContext context, IPrincipalStore store)
    {
        if (await ExtensionCall.HasVersionAsync(context))
        {
            var scope = ScopeOf(context);
            var all = await store.AssignmentsAsync(context.RequestAborted);
            var value = all.Where(a => scope == "/" || a.ScopeKey == scope || a.ScopeKey.StartsWith(scope + "/", StringComparison.Ordinal))
                .OrderBy(a => a.ScopeKey, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal).Select(a => (JsonNode)PrincipalDocument.Of(a));
            await Results.Json(new JsonObject { ["value"] = new JsonArray([.. value]) }).ExecuteAsync(context);
        }
    }

    private static async Task GetAsync(HttpContext context, string id, IPrincipalStore store)
    {
        if (!await ExtensionCall.HasVersionAsync(context))
        {
            return;
        }

        if (await FindAsync(store, id, ScopeOf(context), context.RequestAborted) is not { } found)
        {
            await RefusalWriter.WriteAsync(context, StatusCodes.Status404NotFound, "RoleAssignmentNotFound", $"The role assignment '{id}' is not found at scope '{ScopeOf(context)}'.");
            return;
        }

        await Results.Json(PrincipalDocument.Of(found)).ExecuteAsync(context);
    }

    private static async Task PutAsync(HttpContext context, string id, IPrincipalStore store, RoleDirectory roles, TimeProvider clock, ApiOptions options)
    {
        if (!await ExtensionCall.HasVersionAsync(context) || await ExtensionCall.PropertiesAsync(context, options) is not { } properties)
        {
            return;
        }

        var (scope, principal) = (ScopeOf(context), properties.Text("principalId")?.Trim() ?? "");
        var hasRole = Enum.TryParse<Role>(properties.Text("role"), ignoreCase: true, out var role) && Enum.IsDefined(role) && !char.IsAsciiDigit(properties.Text("role")![0]);
        List<string> problems = [];
        if (!Guid.TryParse(id, out var guid))
        {
            problems.Add($"The name of a role assignment is a GUID; '{id}' is none.");
        }

        if (!hasRole)
        {
            problems.Add($"'properties.role' is '{properties.Text("role")}'; allowed are {string.Join(", ", Enum.GetNames<Role>())}.");
        }

        if (principal.Length is 0 or > LongestPrincipal)
        {
            problems.Add("'properties.principalId' is the app id of a service principal, or the object id ('oid', else 'sub') of somebody at another issuer.");
        }

        if (properties.Surprises(("principalId", [JsonValueKind.String]), ("role", [JsonValueKind.String])) is { } surprise)
        {
            problems.Add(surprise);
        }

        // One id is one assignment: another principal or place needs another id, as with ARM.
        var all = await store.AssignmentsAsync(context.RequestAborted);
        var existing = all.FirstOrDefault(a => string.Equals(a.Id, guid.ToString(), StringComparison.OrdinalIgnoreCase));
        if (problems.Count == 0 && existing is not null && (existing.ScopeKey != scope || !string.Equals(existing.PrincipalId, principal, StringComparison.OrdinalIgnoreCase)))
        {
            await RefusalWriter.WriteAsync(
                context, StatusCodes.Status409Conflict, "RoleAssignmentExists", $"The role assignment '{id}' exists for another principal or scope. Use a new GUID.");
            return;
        }

        if (problems.Count > 0)
        {
            await RefusalWriter.WriteAsync(context, StatusCodes.Status400BadRequest, "InvalidParameter", string.Join(' ', problems));
            return;
        }

        Tell(context, principal, role.ToString());
        var written = new RoleAssignment(guid.ToString(), principal, role.ToString(), scope, existing?.CreatedAt ?? Instant.FromDateTimeOffset(clock.GetUtcNow()));
        if (existing is not null && role < Role.Owner && WouldLockOut(all, existing))
        {
            await RefuseLockOutAsync(context);
            return;
        }

        await store.WriteAssignmentAsync(written, context.RequestAborted);
        roles.Invalidate();
        await Results.Json(PrincipalDocument.Of(written), statusCode: existing is null ? StatusCodes.Status201Created : StatusCodes.Status200OK).ExecuteAsync(context);
    }

    private static async Task DeleteAsync(HttpContext context, string id, IPrincipalStore store, RoleDirectory roles)
    {
        if (!await ExtensionCall.HasVersionAsync(context))
        {
            return;
        }

        if (await FindAsync(store, id, ScopeOf(context), context.RequestAborted) is not { } found)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        Tell(context, found.PrincipalId, found.Role);
        if (WouldLockOut(await store.AssignmentsAsync(context.RequestAborted), found))
        {
            await RefuseLockOutAsync(context);
            return;
        }

        await store.DeleteAssignmentAsync(found.Id, context.RequestAborted);
        roles.Invalidate();
        await Results.Json(PrincipalDocument.Of(found)).ExecuteAsync(context);
    }

    private static void Tell(HttpContext context, string principal, string role)
    {
        var facts = WriteFacts.Of(context);
        (facts["principalId"], facts["role"], facts["scope"]) = (principal, role, ScopeOf(context));
    }

    // Without an Owner of everything nobody could ever give roles again.
    private static bool WouldLockOut(IEnumerable<RoleAssignment> all, RoleAssignment gone) =>
        gone.ScopeKey == "/" && gone.Role == nameof(Role.Owner) && all.Count(a => a.ScopeKey == "/" && a.Role == nameof(Role.Owner)) == 1;

    private static Task RefuseLockOutAsync(HttpContext context) => RefusalWriter.WriteAsync(
        context, StatusCodes.Status409Conflict, "OperationNotAllowed", "This is the last Owner of everything; without one nobody could give roles any more. Make another one first.");

    private static async ValueTask<RoleAssignment?> FindAsync(IPrincipalStore store, string id, string scope, CancellationToken cancellation) =>
        (await store.AssignmentsAsync(cancellation)).FirstOrDefault(a => string.Equals(a.Id, id, StringComparison.OrdinalIgnoreCase) && a.ScopeKey == scope);

    private static string ScopeOf(HttpContext context) => RequestScope.Of(context.Request.Method, context.Request.Path).Scope.ToLowerInvariant();
}
