using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>A request as an API server got it.</summary>
internal sealed record SeenRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, string? ClientCertificate)
{
    public string PathAndQuery => Path + Query;
}

/// <summary>An API server that says what a test tells it to, over real sockets on loopback. What no test told it is answered with 404.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> _replies = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _server;

    private ScriptedApi(WebApplication server) => _server = server;

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    /// <summary>Ends open answers when the server stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public static async Task<ScriptedApi> StartAsync(X509Certificate2? certificate = null, bool wantsClientCertificate = false, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(
            IPAddress.Loopback,
            port,
            l =>
            {
                if (certificate is not null)
                {
                    l.UseHttps(h =>
                    {
                        h.ServerCertificate = certificate;
                        h.ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                        h.AllowAnyClientCertificate();
                    });
                }
            }));
        var server = builder.Build();
        var api = new ScriptedApi(server);
        server.Run(api.AnswerAsync);
        await server.StartAsync();
        api.Address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Replies to requests of a path (without its query), one after the other; the last one for ever. Watches are asked for with method <c>WATCH</c>.</summary>
    public ScriptedApi On(string method, string path, params Func<HttpContext, Task>[] replies)
    {
        _replies[$"{method} {path}"] = new(replies);
        return this;
    }

    /// <summary>A client of this server that waits for nothing longer than a test should.</summary>
    public KubernetesClient Client(Func<KubernetesClientOptions, KubernetesClientOptions>? change = null, Credential? credential = null, TlsSettings? tls = null)
    {
        var options = new KubernetesClientOptions { Time = new RealClock(), RequestsPerSecond = 10_000, Burst = 1000 };
        return new KubernetesClient(
            new ClusterAccess { Server = Address, Credential = credential ?? Credential.None, Tls = tls ?? new(), Origin = "context test" },
            change?.Invoke(options) ?? options);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = context.Request;
        _seen.Enqueue(new SeenRequest(
            request.Method,
            request.Path,
            request.QueryString.Value ?? "",
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await body.ReadToEndAsync(),
            context.Connection.ClientCertificate?.Subject));
        var method = request.Query.ContainsKey("watch") ? "WATCH" : request.Method;
        if (!_replies.TryGetValue($"{method} {request.Path}", out var replies))
        {
            await Replies.Status(404, "NotFound", $"nothing is scripted for {method} {request.Path}")(context);
            return;
        }

        Func<HttpContext, Task>? reply;
        lock (replies)
        {
            _ = replies.Count > 1 ? replies.TryDequeue(out reply) : replies.TryPeek(out reply);
        }

        await reply!(context);
    }
}

/// <summary>The clock of the machine, for what waits for real sockets.</summary>
internal sealed class RealClock : TimeProvider;
