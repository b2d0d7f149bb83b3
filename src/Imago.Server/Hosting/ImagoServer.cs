using System.Net;
using System.Security.Cryptography;
using Imago.Api;
using Imago.Api.Authentication;
using Imago.Api.Credentials;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.Server.Certificates;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Releases;
using Imago.Server.Shards;
using Imago.Server.Telemetry;
using Imago.Simulation.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NodaTime;

namespace Imago.Server.Hosting;

/// <summary>Puts the server together: data folder, certificate, store, engine, API. Everything that can be wrong is found before it listens.</summary>
public static class ImagoServer
{
    /// <summary>Opens what the server needs and builds it; it does not listen yet.</summary>
    /// <exception cref="IOException">The data folder is in use or cannot be written to.</exception>
    /// <exception cref="InvalidDataException">Something in the data folder, or its owner's certificate, cannot be used.</exception>
    public static async Task<WebApplication> BuildAsync(ServerOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var replica = options.Replica ?? $"{Environment.MachineName}-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}";
        var folder = DataFolder.Open(options.DataFolder);
        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "imago", ContentRootPath = folder.Path });
            AddLogging(builder.Logging, options, replica);
            using var loggers = LoggerFactory.Create(logging => AddLogging(logging, options, replica));
            var certificate = options.CertificateFile is { } file
                ? ServerCertificate.OfFiles(file, options.CertificateKeyFile!, now)
                : ServerCertificate.OfDataFolder(folder, new CertificateOptions(options.Names), now);
            var store = await StoreFactory.OpenAsync(
                options.Database is { } database
                    ? new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = database }
                    : new StoreOptions { DataFile = folder.DatabaseFile },
                clock,
                loggers,
                cancellation);
            AddServices(builder.Services, options, clock, folder, certificate, store, replica);
            Listen(builder.WebHost, options, certificate);
            var app = builder.Build();
            Map(app);
            await app.Services.PrepareImagoIdentityAsync(cancellation);
            return app;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static void AddServices(
        IServiceCollection services, ServerOptions options, TimeProvider clock, DataFolder folder, ServerCertificate certificate, RelationalStore store, string replica)
    {
        var dataKey = folder.DataKeyOf(options.DataKeyFile);
        var address = new ServerAddress(options.PublicAddress, options.Listen[0]);
        services.AddSingleton(options);
        services.AddSingleton(clock);
        services.AddSingleton(address);

        // Made by factories, so that the container ends them with the server: the last one made first.
        services.AddSingleton(_ => folder);
        services.AddSingleton(_ => certificate);
        services.AddSingleton(_ => store);
        services.AddSingleton<IStore>(s => s.GetRequiredService<RelationalStore>());
        services.AddSingleton<IPrincipalStore>(s => s.GetRequiredService<RelationalStore>());
        services.AddSingleton(_ => new PrometheusMetrics(meter => IsMeasured(meter.Name)));
        if (options.Otlp is { } otlp)
        {
            services.AddSingleton(_ => new OtlpExport(otlp, replica));
        }

        services.AddSingleton(new Readiness(store.CheckAsync));
        services.AddSingleton<IKubeconfigSource>(new KubeconfigAccesses(address, dataKey, options.CertificateFile is null ? File.ReadAllText(folder.AuthorityFile) : null));
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
        services.AddSingleton<IClusterHost>(s => s.GetRequiredService<SimulatedClusterHost>());
        services.AddSingleton<IClusterViewer>(s => s.GetRequiredService<SimulatedClusterHost>());
        AddEngine(services, replica);
        services.AddHostedService<CertificateRenewal>();
        services.AddHostedService<ReleaseFeedWork>();
        services.AddHostedService<RetentionWork>();
        services.AddShards(options, replica);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopWithin.ToTimeSpan());
    }

    private static void AddEngine(IServiceCollection services, string replica)
    {
        services.AddSingleton(new EngineOptions { Holder = replica, Seed = RandomNumberGenerator.GetInt32(int.MaxValue) });
        services.AddSingleton<ICatalogSource>(s => new StoredCatalog(s.GetRequiredService<IStore>(), ShippedCatalog.Load().Releases));
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton<ClusterEngine>();
        services.AddSingleton<ShardWorker>();
        services.AddSingleton<IEngineSignal>(s => s.GetRequiredService<ShardWorker>());
        services.AddSingleton<IShardWork, EngineShardWork>();
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
        // Made first, or what is measured before the first scrape is lost.
        _ = app.Services.GetRequiredService<PrometheusMetrics>();
        _ = app.Services.GetService<OtlpExport>();
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

            readiness.EngineRuns();
        });
        app.Lifetime.ApplicationStopping.Register(readiness.Stopping);
    }

    private static bool IsMeasured(string meter) =>
        meter.StartsWith("Imago", StringComparison.Ordinal) || meter is "Microsoft.AspNetCore.Hosting" or "Microsoft.AspNetCore.Server.Kestrel" or "System.Runtime";

    private static void AddLogging(ILoggingBuilder logging, ServerOptions options, string replica)
    {
        logging.SetMinimumLevel(options.LogLevel);

        // What the frameworks tell about every request and query is for those who ask for it.
        foreach (var category in (string[])["Microsoft", "System", "Quartz", "Npgsql"])
        {
            logging.AddFilter(category, level => level >= LogLevel.Warning && level >= options.LogLevel);
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat, json.IncludeScopes) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ", true));
        }
        else
        {
            logging.AddSimpleConsole(text => (text.UseUtcTimestamp, text.TimestampFormat, text.SingleLine) = (true, "HH:mm:ss ", true));
        }

        if (options.Otlp is { } otlp)
        {
            OtlpExport.AddLogs(logging, otlp, replica);
        }
    }
}
