using System.Net;
using System.Security.Cryptography.X509Certificates;
using Imago.Application.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.ReferenceProvider;

/// <summary>How a reference provider is served.</summary>
public sealed record ReferenceOptions
{
    /// <summary>The bearer token that it knows.</summary>
    public required string Token { get; init; }

    /// <summary>The clock that operations are dated by.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where begun operations and epochs are kept, so that they survive a restart; null: in memory only.</summary>
    public string? LedgerFile { get; init; }

    /// <summary>Certificate of the server; null: plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Port on loopback; 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Most nodes of a pool, surge included.</summary>
    public int LargestPool { get; init; } = 1000;

    /// <summary>What stands between the socket and the protocol, for tests that break something.</summary>
    public Func<HttpContext, Func<Task>, Task>? Around { get; init; }
}

/// <summary>
/// The reference implementation of the node provider protocol, on loopback: it serves whatever <see cref="INodeProvider"/> it is given. It knows nothing of the client
/// that ships with Imago, so that one can be checked against the other.
/// </summary>
public sealed class ReferenceServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Ledger _ledger;

    private ReferenceServer(WebApplication app, Ledger ledger) => (_app, _ledger) = (app, ledger);

    /// <summary>Where it is served, as an attachment names it.</summary>
    public Uri Endpoint => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<ReferenceServer> StartAsync(INodeProvider world, ReferenceOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = Requests.LargestBody;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                if (options.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var ledger = Ledger.Open(options.LedgerFile);
        if (options.Around is { } around)
        {
            app.Use((context, next) => around(context, () => next(context)));
        }

        new Protocol(world, ledger, options).Map(app);
        await app.StartAsync();
        return new ReferenceServer(app, ledger);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ledger.Dispose();
    }
}
