using System.Security.Cryptography.X509Certificates;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Providers.External;
using Imago.ReferenceProvider;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>A reference provider on loopback and a client of it.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string Cluster = "/subscriptions/s/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/shop";
    public const string Token = "correct-horse";
    public const string Image = "AKSUbuntu-2204gen2containerd-202608.06.1";

    public static readonly Instant Now = Instant.FromUtc(2026, 8, 10, 6, 0);

    /// <summary>Impatient, so that a test of a time-out takes no time.</summary>
    public static readonly ProviderOptions Quick = new() { Attempt = TimeSpan.FromSeconds(5), Waits = [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)] };

    private Served(ReferenceServer server, ExternalProvider client) => (Server, Client) = (server, client);

    public ReferenceServer Server { get; }

    public ExternalProvider Client { get; }

    public static async Task<Served> StartAsync(
        INodeProvider world, Func<HttpContext, Func<Task>, Task>? around = null, TimeProvider? clock = null, TimeProvider? theirs = null, ProviderOptions? options = null, string token = Token,
        X509Certificate2? certificate = null, string? authority = null, string? ledger = null)
    {
        clock ??= new WorldClock(Now);
        var server = await ReferenceServer.StartAsync(world, new ReferenceOptions { Token = Token, Clock = theirs ?? clock, Around = around, Certificate = certificate, LedgerFile = ledger });
        return new Served(server, new ExternalProvider(Cluster, new ProviderAccess(ExternalProvider.Kind, server.Endpoint, token, authority), clock, options ?? Quick));
    }

    public static ProviderRequest Ask(string id = "apps-20260810/n1/Reimage", ProviderVerb verb = ProviderVerb.Reimage, string node = "n1", string? image = Image, long epoch = 3) =>
        new(id, verb, "apps", node, image, null, epoch);

    /// <summary>A client without any of ours, with a token or none.</summary>
    public HttpClient Plain(string? token = Token)
    {
        var http = new HttpClient { BaseAddress = new Uri(Server.Endpoint, "/imago-provider/v1/") };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return http;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
