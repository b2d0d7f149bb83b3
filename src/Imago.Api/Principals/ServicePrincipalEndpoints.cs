using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Authentication;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Imago.Api.Principals;

/// <summary>Service principals of the built-in issuer. Only Owners of everything come here (<see cref="Authorization.RequestScope"/>).</summary>
internal static class ServicePrincipalEndpoints
{
    private const string Path = "/providers/Imago/servicePrincipals";
    private const int LongestName = 120;

    public static void MapServicePrincipals(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ListAsync).WithMetadata(AccessDescriptions.Of("ServicePrincipals_List", "The service principals of the built-in issuer."));
        routes.MapGet(Path + "/{id}", GetAsync).WithMetadata(AccessDescriptions.Of("ServicePrincipals_Get", "One service principal, by its app id or name."));
        routes.MapPut(Path + "/{id}", PutAsync).WithMetadata(AccessDescriptions.Of(
            "ServicePrincipals_CreateOrUpdate", "Makes a service principal, whose secret stands in this answer only, or changes one.", AccessDescriptions.ServicePrincipal));
        routes.MapDelete(Path + "/{id}", DeleteAsync).WithMetadata(AccessDescriptions.Of("ServicePrincipals_Delete", "Disables a service principal at once."));
    }

    private static async Task ListAsync(HttpContext context, IPrincipalStore store)
    {
        if (await ExtensionCall.HasVersionAsync(context))
        {
            var all = await store.PrincipalsAsync(context.RequestAborted);
            var value = new JsonArray([.. all.OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.AppId, StringComparer.Ordinal).Select(p => PrincipalDocument.Of(p))]);
            await Results.Json(new JsonObject { ["value"] = value }).ExecuteAsync(context);
        }
    }

    private static async Task GetAsync(HttpContext context, string id, IPrincipalStore store)
    {
        if (!await ExtensionCall.HasVersionAsync(context))
        {
            return;
        }

        if (await FindAsync(store, id, context.RequestAborted) is not { } found)
        {
            await RefusalWriter.WriteAsync(context, StatusCodes.Status404NotFound, "NotFound", $"There is no service principal '{id}'.");
            return;
        }

        await Results.Json(PrincipalDocument.Of(found)).ExecuteAsync(context);
    }

    // A name that is not known makes a new one, whose secret stands in this answer and nowhere else.
    private static async Task PutAsync(HttpContext context, string id, IPrincipalStore store, PrincipalDirectory directory, TimeProvider clock, ApiOptions options)
    {
        if (!await ExtensionCall.HasVersionAsync(context) || await ExtensionCall.PropertiesAsync(context, options) is not { } properties)
        {
            return;
        }

        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var existing = await FindAsync(store, id, context.RequestAborted);
        var name = (properties.Text("displayName") ?? existing?.Name ?? id).Trim();
        var problem = properties.Surprises(
            ("displayName", [JsonValueKind.String]), ("enabled", [JsonValueKind.True, JsonValueKind.False]), ("newSecret", [JsonValueKind.True, JsonValueKind.False]));
        problem ??= name.Length is 0 or > LongestName || name.Any(char.IsControl) ? $"The name of a service principal has 1 to {LongestName} characters." : null;
        problem ??= existing is null && Guid.TryParse(id, out _) ? $"There is no service principal with the app id '{id}'. App ids are given by the server: name a new one by a word." : null;
        if (problem is null && (await FindByNameAsync(store, name, context.RequestAborted)) is { } other && other.AppId != existing?.AppId)
        {
            problem = $"There is another service principal named '{name}'. Choose another name.";
        }

        if (problem is not null)
        {
            await RefusalWriter.WriteAsync(context, StatusCodes.Status400BadRequest, "InvalidParameter", problem);
            return;
        }

        var secret = existing is null || properties.Flag("newSecret") == true ? SecretHash.NewSecret() : null;
        var written = new ServicePrincipal(
            existing?.AppId ?? new Guid(RandomNumberGenerator.GetBytes(16)).ToString(),
            name,
            secret is null ? existing!.SecretHash : SecretHash.Of(secret),
            existing?.CreatedAt ?? now,
            properties.Flag("enabled") switch { true => null, false => existing?.DisabledAt ?? now, null => existing?.DisabledAt });
        var facts = WriteFacts.Of(context);
        (facts["appId"], facts["displayName"], facts["enabled"], facts["newSecret"]) = (written.AppId, name, written.DisabledAt is null, secret is not null);
        await store.WritePrincipalAsync(written, context.RequestAborted);
        directory.Forget(written.AppId);
        context.Response.Headers.CacheControl = "no-store";
        await Results.Json(PrincipalDocument.Of(written, secret), statusCode: existing is null ? StatusCodes.Status201Created : StatusCodes.Status200OK).ExecuteAsync(context);
    }

    // It stays in the list, disabled: the activity log names it, and its app id is never anybody else's.
    private static async Task DeleteAsync(HttpContext context, string id, IPrincipalStore store, PrincipalDirectory directory, TimeProvider clock)
    {
        if (!await ExtensionCall.HasVersionAsync(context))
        {
            return;
        }

        if (await FindAsync(store, id, context.RequestAborted) is not { DisabledAt: null } found)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var facts = WriteFacts.Of(context);
        (facts["appId"], facts["displayName"]) = (found.AppId, found.Name);
        await store.WritePrincipalAsync(found with { DisabledAt = Instant.FromDateTimeOffset(clock.GetUtcNow()) }, context.RequestAborted);
        directory.Forget(found.AppId);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private static async ValueTask<ServicePrincipal?> FindAsync(IPrincipalStore store, string id, CancellationToken cancellation) =>
        Guid.TryParse(id, out var appId) ? await store.FindPrincipalAsync(appId.ToString(), cancellation) : await FindByNameAsync(store, id, cancellation);

    private static async ValueTask<ServicePrincipal?> FindByNameAsync(IPrincipalStore store, string name, CancellationToken cancellation) =>
        (await store.PrincipalsAsync(cancellation)).FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));
}
