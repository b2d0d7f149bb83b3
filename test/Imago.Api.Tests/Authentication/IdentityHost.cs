using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Authentication;
using Imago.Api.Limits;
using Imago.Application.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Imago.Api.Tests.Authentication;

/// <summary>The gate with the issuer, before an endpoint that answers everything: what comes through it was let through.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    public const string Issuer = "https://imago.test/adfs";
    public const string Subscription = "/subscriptions/00000000-0000-0000-0000-00000000000a";
    public const string Cluster = Subscription + "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c";

    // Fast on purpose; the real count is tested by itself.
    private const int Iterations = 1000;

    private readonly WebApplication _app;

    private IdentityHost(WebApplication app, HttpClient client, MemoryPrincipals store, MovedClock clock) => (_app, Client, Store, Clock) = (app, client, store, clock);

    public HttpClient Client { get; }

    public MemoryPrincipals Store { get; }

    public MovedClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public NotedWrites Noted => Services.GetRequiredService<NotedWrites>();

    public static async Task<IdentityHost> StartAsync(
        LimitOptions? limits = null, Func<IdentityOptions, IdentityOptions>? change = null, Action<IServiceCollection>? services = null, MemoryPrincipals? store = null)
    {
        var (clock, principals) = (new MovedClock(Instant.FromUtc(2026, 11, 25, 12, 0)), store ?? new MemoryPrincipals());
        var options = new IdentityOptions { Issuer = () => Issuer, DataKey = Enumerable.Repeat((byte)7, DataKey.Length).ToArray(), Limits = limits ?? new LimitOptions() };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IPrincipalStore>(principals);
        builder.Services.AddSingleton(new ApiOptions());
        builder.Services.AddSingleton<NotedWrites>();
        builder.Services.AddSingleton<IWriteAudit>(s => s.GetRequiredService<NotedWrites>());
        builder.Services.AddImagoIdentity(change?.Invoke(options) ?? options);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseImagoIdentity();
        app.UseRouting();
        app.MapImagoIdentity();
        app.MapFallback("{**path}", (HttpContext context) => context.Response.WriteAsync($"reached by {context.User.FindFirst("oid")?.Value}"));
        await app.StartAsync();
        var client = app.GetTestClient();
        client.BaseAddress = new Uri("https://imago.test/");
        return new IdentityHost(app, client, principals, clock);
    }

    /// <summary>Makes a principal with the secret <c>secret</c> and, if wanted, a role.</summary>
    public async Task<string> PrincipalAsync(string? role = null, string scope = "/", string name = "robot")
    {
        var id = Guid.CreateVersion7().ToString();
        await Store.WritePrincipalAsync(new ServicePrincipal(id, name, SecretHash.Of("secret", Iterations), Clock.Now, null), CancellationToken.None);
        if (role is not null)
        {
            await Store.WriteAssignmentAsync(
                new RoleAssignment(Guid.CreateVersion7().ToString(), id, role, scope.Length == 1 ? scope : scope.ToLowerInvariant(), Clock.Now), CancellationToken.None);
        }

        return id;
    }

    public Task<HttpResponseMessage> SignInAsync(string appId, string secret = "secret", string scope = "https://management.core.windows.net//.default") =>
        Client.PostAsync("/adfs/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = appId,
            ["client_secret"] = secret,
            ["grant_type"] = "client_credentials",
            ["scope"] = scope,
            ["client_info"] = "1",
        }));

    public async Task<string> TokenAsync(string appId) => (await (await SignInAsync(appId)).Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!.GetValue<string>();

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await Client.SendAsync(request);
    }

    public async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string? token) => (await SendAsync(method, path, token)).StatusCode;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
