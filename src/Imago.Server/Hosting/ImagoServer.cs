using System.Net;
using System.Security.Cryptography;
using Imago.Api;
using Imago.Api.Authentication;
using Imago.Api.Credentials;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Serving.Access;
using Imago.Server.Attachments;
using Imago.Server.Certificates;
using Imago.Server.Configuration;
using Imago.Server.Shards;
using Imago.Server.Telemetry;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Imago.Server.Hosting;

/// <summary>Puts the server together: data folder, certificate, store, engine, API. Everything that can be wrong is found before it listens.</summary>
public static class ImagoServer
{
    /// <summary>Opens what the server needs and builds it; it does not listen yet.</summary>
    /// <exception cref="IOException">The data folder is in use or cannot be written to.</exception>
    /// <exception cref="InvalidDataException">Something in the data folder, or its owner's certificate, cannot be used.</exception>
    public static async Task<WebApplication> BuildAsync(ServerOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var replica = options.Replica ?? $"{Environment.MachineName}-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}";
        var parts = await OpenedParts.OpenAsync(options, replica, clock, cancellation);
        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "imago", ContentRootPath = parts.Folder.Path });
            ServerLogging.Add(builder.Logging, options, replica);
            AddServices(builder.Services, options, clock, parts, replica);
            Listen(builder.WebHost, options, parts.Certificate);
            var app = builder.Build();
            Map(app);
            await app.Services.PrepareImagoIdentityAsync(cancellation);
            return app;
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    private static void AddServices(
        IServiceCollection services, ServerOptions options, TimeProvider clock, OpenedParts parts, string replica)
    {
        var (folder, certificate, store) = parts;
        var dataKey = folder.DataKeyOf(options.DataKeyFile);
        var address = new ServerAddress(options.PublicAddress, options.Listen[0]);
        services.AddSingleton(options);
        services.AddSingleton(clock);
        services.AddSingleton(address);

        services.AddSingleton(_ => parts);
        services.AddSingleton(folder);
        services.AddSingleton(certificate);
        services.AddSingleton<IStore>(store);
        services.AddSingleton<IPrincipalStore>(store);
        services.AddSingleton(_ => new PrometheusMetrics(meter => IsMeasured(meter.Name)));
        if (options.Otlp is not null)
        {
            services.AddSingleton(_ => new OtlpExport(options, replica));
        }

        services.AddSingleton(s => new Readiness(store.CheckAsync, cancellation => s.GetRequiredService<EngineCheck>().ProblemAsync(cancellation)));
        var clusterTokens = new ClusterTokens(dataKey, options.ClusterTokenLifetime, clock);
        services.AddSingleton(clusterTokens);
        services.AddSingleton<IKubeconfigSource>(new KubeconfigAccesses(address, clusterTokens, options.CertificateFile is null ? File.ReadAllText(folder.AuthorityFile) : null));
        services.AddTwinServing(new ServingOptions
        {
            Path = KubeconfigAccesses.Path,
            LargestBody = options.Limits.BodyBytes,
            DeepestBody = options.Limits.JsonDepth,
        });
        services.AddImagoIdentity(new IdentityOptions
        {
            Audiences = options.Audiences,
            ExternalIssuer = options.Issuer,
            Issuer = () => address.Issuer,
            DataKey = dataKey,
            TokenLifetime = options.TokenLifetime,
            KeyRotation = options.KeyRotation,
            AnonymousMetrics = options.AnonymousMetrics,
            Limits = options.Limits,
        });
        services.AddImagoApi(new ApiOptions
        {
            PublicAddress = options.PublicAddress,
            RetryAfter = options.RetryAfter,
            FeatureRegistrationTime = options.FeatureRegistration,
            LoginEndpoint = options.Issuer,
            Audiences = options.Audiences,
            LargestBody = options.Limits.BodyBytes,
            DeepestBody = options.Limits.JsonDepth,
        });
        services.AddSingleton(s => new SimulatedClusterHost(
            s.GetRequiredService<IStore>(), clock, new ServedClusterOptions { TimeScale = options.TimeScale, Workloads = options.Workloads }));
        services.AddSingleton<SimulatedTwins>();
        services.AddSingleton<ITwinHost>(s => s.GetRequiredService<SimulatedTwins>());
        services.AddClusters(options, dataKey);
        AddEngine(services, options, replica);
        services.AddHostedService<CertificateRenewal>();
        services.AddHostedService<ReleaseWatching>();
        services.AddHostedService<RetentionWork>();
        services.AddShards(options, replica);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopWithin.ToTimeSpan());
    }

    private static void AddEngine(IServiceCollection services, ServerOptions options, string replica)
    {
        services.AddSingleton(new EngineOptions { Holder = replica, LeaseLength = options.LeaseLength, Seed = RandomNumberGenerator.GetInt32(int.MaxValue) });
        services.AddReleaseSources(options, replica);
        services.AddSingleton<ReleaseWatch>();
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton<ClusterEngine>();
        services.AddSingleton<ShardWorker>();
        services.AddSingleton<IEngineSignal>(s => s.GetRequiredService<ShardWorker>());
        services.AddSingleton<IShardWork, EngineShardWork>();
        services.AddSingleton<IClusterQueries, ClusterQueries>();
    }

    private static void Listen(IWebHostBuilder web, ServerOptions options, ServerCertificate certificate)
    {
        web.UseKestrelCore().UseKestrelHttpsConfiguration();
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytes;
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificateSelector = (_, _) => certificate.Current);
            foreach (var address in options.Listen)
            {
                if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
                {
                    kestrel.Listen(ip, address.Port, UseHttps);
                }
                else
                {
                    // "localhost" is both loopback addresses; with a port that the system chooses only one of them can be had.
                    kestrel.Listen(IPAddress.Loopback, address.Port, UseHttps);
                }
            }
        });

        static void UseHttps(ListenOptions listen) => listen.UseHttps();
    }

    private static void Map(WebApplication app)
    {
        // Made first and so ended last: everything else uses them.
        _ = app.Services.GetRequiredService<OpenedParts>();

        // What is measured before it listens is lost.
        _ = app.Services.GetRequiredService<PrometheusMetrics>();
        _ = app.Services.GetRequiredService<ReleaseSourceMetrics>();
        _ = app.Services.GetService<OtlpExport>();
        app.UseTwins();

        // Said here, or it would be done before everything else: tokens of clusters would be looked at as if they were the issuer's.
        app.UseAuthentication();
        app.UseImagoIdentity();
        app.UseRouting();
        app.MapHealth();
        app.MapImagoIdentity();
        app.MapImagoApi();
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            if (app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } bound)
            {
                app.Services.GetRequiredService<ServerAddress>().Listening(new Uri(bound));
            }

            readiness.Started();
        });
        app.Lifetime.ApplicationStopping.Register(readiness.Stopping);
    }

    private static bool IsMeasured(string meter) =>
        meter.StartsWith("Imago", StringComparison.Ordinal) || meter is "Microsoft.AspNetCore.Hosting" or "Microsoft.AspNetCore.Server.Kestrel" or "System.Runtime";
}
