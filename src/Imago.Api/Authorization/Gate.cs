using System.Security.Claims;
using Imago.Api.Activities;
using Imago.Api.Authentication;
using Imago.Api.Limits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Imago.Api.Authorization;

/// <summary>
/// Stands before all endpoints: who calls, whether they call too often, and whether they may. By path, not by endpoint: one that
/// somebody adds is closed until a rule here says otherwise.
/// </summary>
internal sealed partial class Gate(RequestDelegate next, IdentityOptions options, RoleDirectory roles, RateLimits limits, IWriteAudit audit, ILogger<Gate> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (AnonymousPaths.Allow(context.Request, options.AnonymousMetrics))
        {
            // Probes come from one address, often, and are answered always: being told that a server lives must not depend on how busy it is.
            var isProbe = AnonymousPaths.IsProbe(context.Request.Path);
            if (!isProbe && limits.TakeAnonymous(context) is { } wait)
            {
                await RateLimits.RefuseAsync(context, wait);
            }
            else
            {
                await next(context);
            }

            return;
        }

        var result = await context.AuthenticateAsync(BearerHandler.SchemeName);
        if (result.Principal?.FindFirstValue("oid") is not { } caller)
        {
            if (limits.TakeAnonymous(context) is { } wait)
            {
                await RateLimits.RefuseAsync(context, wait);
            }
            else
            {
                await context.ChallengeAsync(BearerHandler.SchemeName);
            }

            return;
        }

        context.User = result.Principal;
        var isWrite = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);
        if (limits.TakeOf(caller, isWrite) is { } pause)
        {
            await RateLimits.RefuseAsync(context, pause);
            return;
        }

        var access = await roles.OfAsync(caller, context.RequestAborted);
        context.Features.Set(access);
        var asked = RequestScope.Of(context.Request.Method, context.Request.Path);
        if (!IsAllowed(access, asked))
        {
            Refusing(caller, asked.Action, asked.Scope);
            await RefusalWriter.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "AuthorizationFailed",
                $"The client '{context.User.Identity?.Name}' with object id '{caller}' does not have authorization to perform action '{asked.Action}' over scope '{asked.Scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.");
            if (isWrite)
            {
                await audit.NoteAsync(context, asked.Action, StatusCodes.Status403Forbidden);
            }

            return;
        }

        if (!isWrite)
        {
            await next(context);
            return;
        }

        await WriteAsync(context, asked, caller);
    }

    // Every write leaves a line, whatever the endpoint writes into the activity log; how it ended is known only afterwards.
    private async Task WriteAsync(HttpContext context, RequestScope asked, string caller)
    {
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            if (asked.IsAboutAccess)
            {
                await audit.NoteAsync(context, asked.Action, status);
            }

            Wrote(
                context.Request.Method,
                context.Request.Path.Value ?? "/",
                caller,
                status,
                context.Response.Headers["x-ms-correlation-request-id"].ToString() is { Length: > 0 } id ? id : context.Request.Headers["x-ms-correlation-request-id"].ToString(),
                context.Connection.RemoteIpAddress?.ToString() ?? "");
        }
    }

    private static bool IsAllowed(CallerAccess access, RequestScope asked) =>
        access.Has(asked.Needed, asked.Scope)
        || asked.Anywhere is "/"
        || (asked.Anywhere is { } wide && access.HasAnywhereIn(asked.Needed, wide));
}
