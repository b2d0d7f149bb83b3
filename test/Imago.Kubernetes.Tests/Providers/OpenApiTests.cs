using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Tests.Providers.Kit;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>The OpenAPI file against what the reference provider answers and what the client sends.</summary>
public sealed class OpenApiTests
{
    // What the reference provider never answers: it knows one token only, and is never too busy.
    private static readonly string[] NotByTheReference = ["403", "429"];

    private const string Reimage = """{"verb":"Reimage","cluster":"c","pool":"apps","node":"n1","image":"i-2","epoch":3}""";
    private const string Missing = """{"verb":"Reimage","cluster":"c","pool":"apps","node":"n1","epoch":3}""";
    private const string Stale = """{"verb":"Delete","cluster":"c","pool":"apps","node":"n1","epoch":2}""";
    private const string Mismatch = """{"verb":"Delete","cluster":"c","pool":"apps","node":"n1","epoch":3}""";
    private const string DryRun = """{"verb":"Create","cluster":"c","pool":"apps","node":"n9","image":"i-2","epoch":3,"dryRun":true}""";

    private static OpenApiDocument Document => OpenApiDocument.Load(Path.Combine(AppContext.BaseDirectory, "Providers", "provider-protocol.openapi.yaml"));

    [Fact]
    public async Task Reference_EveryDocumentedCall_AnswersAsDocumented()
    {
        var document = Document;
        var (world, broken) = (new ScriptedProvider(), false);
        await using var served = await Served.StartAsync(new Sometimes(world, () => broken));
        using var http = served.Plain();
        using var stranger = served.Plain(token: null);
        var seen = new HashSet<(string, string, string)>();
        var wrong = new List<string>();

        await AskAsync(http, "/", "get", "");
        await AskAsync(stranger, "/", "get", "");
        await AskAsync(http, "/operations/{id}", "put", "operations/a", DryRun);
        await AskAsync(http, "/operations/{id}", "put", "operations/a", Reimage);
        await AskAsync(http, "/operations/{id}", "put", "operations/a", Reimage);
        await AskAsync(http, "/operations/{id}", "put", "operations/a", Mismatch);
        await AskAsync(http, "/operations/{id}", "put", "operations/b", Stale);
        await AskAsync(http, "/operations/{id}", "put", "operations/b", Missing);
        await AskAsync(http, "/operations/{id}", "put", "operations/b", "[]");
        await AskAsync(stranger, "/operations/{id}", "put", "operations/b", Reimage);
        await AskAsync(http, "/operations/{id}", "get", "operations/a");
        world.End(Served.Now, "SubnetIsFull", "no addresses left");
        await AskAsync(http, "/operations/{id}", "get", "operations/a");
        await AskAsync(http, "/operations/{id}", "put", "operations/a", Reimage);
        world.Starts = r => new ProviderOperation(r.OperationId, OperationState.Succeeded, Served.Now, null, null);
        await AskAsync(http, "/operations/{id}", "put", "operations/c", Reimage);
        await AskAsync(http, "/operations/{id}", "get", "operations/c");
        await AskAsync(http, "/operations/{id}", "get", "operations/never");
        await AskAsync(http, "/operations/{id}", "get", "operations/a?wait=soon");
        await AskAsync(stranger, "/operations/{id}", "get", "operations/a");
        broken = true;
        await AskAsync(http, "/operations/{id}", "get", "operations/a");
        await AskAsync(http, "/operations/{id}", "put", "operations/a", Reimage);

        wrong.ShouldBeEmpty();
        document.Calls().Where(c => !NotByTheReference.Contains(c.Status) && c is not { Path: "/", Status: "503" }).Except(seen).ShouldBeEmpty("documented, but never seen");

        async Task AskAsync(HttpClient client, string template, string method, string path, string? body = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            wrong.AddRange(document.Check(template, method, (int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, JsonNode.Parse(text)).Select(c => $"{method} {path}: {c}"));
            seen.Add((template, method, ((int)answer.StatusCode).ToString()));
        }
    }

    [Fact]
    public async Task Client_EveryRequest_IsAsDocumented()
    {
        var (document, sent) = (Document, new List<JsonNode?>());
        await using var served = await Served.StartAsync(new ScriptedProvider(), async (context, next) =>
        {
            context.Request.EnableBuffering();
            sent.Add(await JsonNode.ParseAsync(context.Request.Body));
            context.Request.Body.Position = 0;
            document.Check("OperationId", context.Request.Path.Value!.Split('/')[^1]).ShouldBeEmpty();
            await next();
        });
        Imago.Domain.Images.PatchLevel.TryParse("20260801T000000Z", out var level).ShouldBeTrue();

        await served.Client.BeginAsync(Served.Ask("r/n1/Create", ProviderVerb.Create), default);
        await served.Client.BeginAsync(Served.Ask("r/n1/Reimage") with { Level = level }, default);
        await served.Client.BeginAsync(Served.Ask($"r/{new string('n', 253)}/Delete", ProviderVerb.Delete, new string('n', 253), image: null), default);

        sent.Count.ShouldBe(3);
        sent.SelectMany(body => document.Check("Request", body)).ShouldBeEmpty();
        sent[1]!["patchLevel"]!.GetValue<string>().ShouldBe("20260801T000000Z");
        sent[2]!.AsObject().ContainsKey("image").ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"id":"a","state":"Running","startedAt":"2026-08-10T06:00:00Z","endedAt":"2026-08-10T06:00:00Z"}""")]
    [InlineData("""{"id":"a","state":"Failed","startedAt":"2026-08-10T06:00:00Z"}""")]
    [InlineData("""{"id":"a/b","state":"Running","startedAt":"2026-08-10T06:00:00Z"}""")]
    [InlineData("""{"id":"a","state":"Running","startedAt":"2026-08-10T06:00:00Z","progress":{"percent":101}}""")]
    public void Schema_OfAnOperation_FindsWhatIsWrong(string body) => Document.Check("Operation", JsonNode.Parse(body)).ShouldNotBeEmpty();

    private sealed class Sometimes(INodeProvider inner, Func<bool> isBroken) : INodeProvider
    {
        public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => isBroken() ? throw new ConnectionException("the hypervisor sleeps") : inner.BeginAsync(request, cancellation);

        public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => isBroken() ? throw new ConnectionException("the hypervisor sleeps") : inner.FindAsync(operationId, cancellation);
    }
}
