using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Imago.ReferenceProvider;

/// <summary>The protocol, call by call. Requests are carried out one at a time: the ledger and the world must agree on their order.</summary>
internal sealed class Protocol(INodeProvider world, Ledger ledger, ReferenceOptions options)
{
    private const string Base = "/imago-provider/v1";
    private const int LongestWait = 60;
    private const string AskAgainIn = "1";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _gate = new(1, 1);

    public void Map(WebApplication app)
    {
        app.Use((context, next) => AuthenticatedAsync(context, () => next(context)));
        app.UseRouting();
        app.MapGet($"{Base}/", DescribeAsync);
        app.MapGet($"{Base}/operations/{{id}}", FindAsync);
        app.MapPut($"{Base}/operations/{{id}}", BeginAsync);
        app.MapFallback(context => ProblemAsync(context, HttpStatusCode.NotFound, "NotFound", $"'{context.Request.Path}' is nothing of the protocol; it lives below {Base}."));
    }

    private async Task AuthenticatedAsync(HttpContext context, Func<Task> next)
    {
        // What time it is here goes by the clock that operations are dated by.
        context.Response.Headers.Date = options.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        var given = context.Request.Headers.Authorization.ToString();
        const string Scheme = "Bearer ";
        if (!given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ProblemAsync(context, HttpStatusCode.Unauthorized, "Unauthorized", "A bearer token is missing.");
        }
        else if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[Scheme.Length..]), Encoding.UTF8.GetBytes(options.Token)))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            await ProblemAsync(context, HttpStatusCode.Unauthorized, "Unauthorized", "The bearer token is not known.");
        }
        else
        {
            await next();
        }
    }

    private Task DescribeAsync(HttpContext context) => AnswerAsync(context, HttpStatusCode.OK, new JsonObject
    {
        ["protocol"] = 1,
        ["name"] = "imago-reference",
        ["version"] = "1.0.0",
        ["verbs"] = new JsonArray("Create", "Reimage", "Delete", "Reboot"),
        ["dryRun"] = true,
        ["longPolling"] = true,
        ["namesNodes"] = false,
        ["retentionDays"] = 7,
        ["limits"] = new JsonObject { ["largestPool"] = options.LargestPool, ["pools"] = new JsonObject() },
    });

    private async Task BeginAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var (asked, complaint) = Requests.Read(id, body.GetBuffer().AsSpan(0, (int)body.Length));
        if (asked is null)
        {
            await ProblemAsync(context, HttpStatusCode.BadRequest, "InvalidRequest", $"Operation '{id}': {complaint}.");
            return;
        }

        // Whoever asked may be gone by now: what has begun is carried through.
        await _gate.WaitAsync(context.RequestAborted);
        try
        {
            await BeginAsync(context, asked);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task BeginAsync(HttpContext context, Asked asked)
    {
        var id = asked.Request.Id;
        var seen = ledger.EpochOf(asked.Cluster);

        // Epochs begin at 1, so that 0 is stale for everybody: that is how a client tries the check without knowing an epoch.
        if (asked.Epoch < Math.Max(1, seen))
        {
            await ProblemAsync(context, HttpStatusCode.Conflict, ProviderCodes.StaleEpoch, $"Epoch {asked.Epoch} of cluster '{asked.Cluster}' is lower than {Math.Max(1, seen)}, which has been seen. Another server works on the cluster.");
            return;
        }

        var entry = ledger.Find(id);
        if (entry is not null && (entry.Request != asked.Request || entry.Cluster != asked.Cluster))
        {
            await ProblemAsync(context, HttpStatusCode.Conflict, "OperationMismatch", $"Operation '{id}' was begun with another body. An operation of another body needs another id.");
            return;
        }

        if (asked.DryRun)
        {
            var now = options.Clock.GetUtcNow();
            await AnswerAsync(context, HttpStatusCode.OK, Told(id, now, new ProviderOperation(id, OperationState.Succeeded, NodaTime.Instant.FromDateTimeOffset(now), null, null), "dry run: nothing was begun"));
            return;
        }

        ledger.Note(asked.Cluster, asked.Epoch);
        var isNew = entry is null;
        if (entry is null)
        {
            entry = new Entry(asked.Request, asked.Cluster, options.Clock.GetUtcNow());
            ledger.Note(entry);
        }

        if (await InWorldAsync(context, entry, asked.Epoch) is { } operation)
        {
            if (operation.State == OperationState.Running)
            {
                context.Response.Headers.RetryAfter = AskAgainIn;
            }

            await AnswerAsync(context, operation.State == OperationState.Running ? HttpStatusCode.Accepted : isNew ? HttpStatusCode.Created : HttpStatusCode.OK, Told(entry, operation));
        }
    }

    private async Task FindAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var wait = 0;
        if (context.Request.Query["wait"] is { Count: > 0 } asked && (!int.TryParse(asked, CultureInfo.InvariantCulture, out wait) || wait is < 0 or > LongestWait))
        {
            await ProblemAsync(context, HttpStatusCode.BadRequest, "InvalidRequest", $"wait is '{asked}'; it is a number of seconds from 0 to {LongestWait}.");
            return;
        }

        var until = options.Clock.GetUtcNow() + TimeSpan.FromSeconds(wait);
        using var timer = new PeriodicTimer(Tick, options.Clock);
        while (true)
        {
            if (ledger.Find(id) is not { } entry)
            {
                await ProblemAsync(context, HttpStatusCode.NotFound, "OperationNotFound", $"Operation '{id}' was never begun.");
                return;
            }

            if (await InWorldAsync(context, entry, ledger.EpochOf(entry.Cluster)) is not { } operation)
            {
                return;
            }

            if (operation.State != OperationState.Running || options.Clock.GetUtcNow() >= until)
            {
                if (operation.State == OperationState.Running)
                {
                    context.Response.Headers.RetryAfter = AskAgainIn;
                }

                await AnswerAsync(context, HttpStatusCode.OK, Told(entry, operation));
                return;
            }

            await timer.WaitForNextTickAsync(context.RequestAborted);
        }
    }

    // What is in the ledger and not in the world was noted just before a crash, and is begun now: whoever was told of it, or was not, finds it under way.
    private async Task<ProviderOperation?> InWorldAsync(HttpContext context, Entry entry, long epoch)
    {
        try
        {
            var asked = entry.Request;
            var level = PatchLevel.TryParse(asked.PatchLevel, out var read) ? read : (PatchLevel?)null;
            var operation = await world.FindAsync(asked.Id, CancellationToken.None)
                ?? await world.BeginAsync(new ProviderRequest(asked.Id, asked.Verb, asked.Pool, asked.Node, asked.Image, level, epoch), CancellationToken.None);
            return operation.Code is ProviderCodes.StaleEpoch
                ? throw new ConnectionException(operation.Message ?? "another process works on the simulated cluster")
                : operation;
        }
        catch (ConnectionException problem)
        {
            context.Response.Headers.RetryAfter = AskAgainIn;
            await ProblemAsync(context, HttpStatusCode.ServiceUnavailable, "Unavailable", problem.Message);
            return null;
        }
    }

    private static JsonObject Told(Entry entry, ProviderOperation operation) => Told(entry.Request.Id, entry.StartedAt, operation, null);

    private static JsonObject Told(string id, DateTimeOffset startedAt, ProviderOperation operation, string? message)
    {
        var told = new JsonObject { ["id"] = id, ["state"] = operation.State.ToString(), ["startedAt"] = Text(startedAt) };
        if (operation.State == OperationState.Succeeded)
        {
            told["progress"] = new JsonObject { ["percent"] = 100, ["message"] = message ?? "done" };
        }

        else if (operation.Progress is { } progress)
        {
            told["progress"] = new JsonObject { ["message"] = progress };
        }

        if (operation.EndedAt is { } ended)
        {
            told["endedAt"] = Text(ended.ToDateTimeOffset());
        }

        if (operation.Code is { } code)
        {
            told["error"] = new JsonObject { ["code"] = code, ["message"] = operation.Message };
        }

        return told;
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Task ProblemAsync(HttpContext context, HttpStatusCode status, string code, string detail) => AnswerAsync(
        context, status,
        new JsonObject { ["type"] = $"urn:imago-provider:{code}", ["title"] = code, ["status"] = (int)status, ["code"] = code, ["detail"] = detail },
        "application/problem+json");

    private static Task AnswerAsync(HttpContext context, HttpStatusCode status, JsonObject body, string type = "application/json")
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
