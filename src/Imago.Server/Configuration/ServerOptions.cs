using System.Collections.Immutable;
using Imago.Api.Authentication;
using Imago.Api.Limits;
using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using Imago.Simulation.Serving;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Configuration;

/// <summary>How lines of the log are written.</summary>
public enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>Everything that can be chosen about a server. <see cref="SettingCatalog"/> says how each is spelled.</summary>
public sealed record ServerOptions
{
    public required string DataFolder { get; init; }

    /// <summary>Where it listens; port 0 lets the system choose.</summary>
    public ImmutableArray<Uri> Listen { get; init; } = [new("https://127.0.0.1:8443")];

    /// <summary>The address by which clients reach it, if that is another one (behind a proxy, by name).</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>Names beyond loopback's that its certificate is for.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>PEM file of its owner's certificate; null: it makes one.</summary>
    public string? CertificateFile { get; init; }

    public string? CertificateKeyFile { get; init; }

    /// <summary>PostgreSQL connection string; null: a SQLite file in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>Name of this replica in the database; null: machine and process.</summary>
    public string? Replica { get; init; }

    /// <summary>File with the key that encrypts signing keys; null: one in the data folder.</summary>
    public string? DataKeyFile { get; init; }

    public double TimeScale { get; init; } = 1;

    /// <summary>What runs in simulated clusters that do not say so themselves.</summary>
    public SampleWorkloads Workloads { get; init; } = SampleWorkloads.Sample;

    /// <summary>Programs that kubeconfigs of attached clusters may run on the server.</summary>
    public ImmutableArray<string> ExecPlugins { get; init; } = [];

    /// <summary>Requests per second to each attached cluster, in the long run; twice as many at once.</summary>
    public double KubernetesRequests { get; init; } = 20;

    /// <summary>Whether attached clusters are watched also while nobody works on them or asks about them.</summary>
    public bool KeepWatching { get; init; }

    /// <summary>How long this process may give no sign of life before others take over the clusters that it works on.</summary>
    public Duration LeaseLength { get; init; } = Duration.FromMinutes(1);

    /// <summary>CH-71: how long the registration of a feature takes.</summary>
    public Duration FeatureRegistration { get; init; } = Duration.FromMinutes(1);

    /// <summary>AZ-46: what polling clients are asked to wait.</summary>
    public Duration RetryAfter { get; init; } = Duration.FromSeconds(1);

    /// <summary>File with releases, or address of one; read again when it changes.</summary>
    public string? ReleaseFeed { get; init; }

    /// <summary>File with the public keys that may sign the feed; null: signatures are not asked for.</summary>
    public string? FeedKeyring { get; init; }

    /// <summary>SHA-256 that the feed has to have; null: any.</summary>
    public string? FeedSha256 { get; init; }

    public Duration FeedInterval { get; init; } = FeedSettings.DefaultInterval;

    /// <summary>Package archives that are watched for levels and images.</summary>
    public ImmutableArray<ArchiveSettings> Archives { get; init; } = [];

    /// <summary>EV-60: how long the activity log and other history is kept.</summary>
    public Duration Retention { get; init; } = Duration.FromDays(90);

    /// <summary>An OpenID Connect issuer instead of the built-in one.</summary>
    public Uri? Issuer { get; init; }

    public ImmutableArray<string> Audiences { get; init; } = [IdentityOptions.AzureAudience, IdentityOptions.SdkAudience];

    public Duration TokenLifetime { get; init; } = Duration.FromHours(1);

    public Duration KeyRotation { get; init; } = Duration.FromDays(30);

    /// <summary>How long the token in the kubeconfig of a simulated cluster is valid.</summary>
    public Duration ClusterTokenLifetime { get; init; } = Duration.FromDays(1);

    public LimitOptions Limits { get; init; } = new();

    /// <summary>Whether <c>/metrics</c> answers without a token.</summary>
    public bool AnonymousMetrics { get; init; }

    /// <summary>Where telemetry is sent by OTLP; null: nowhere.</summary>
    public Uri? Otlp { get; init; }

    public OtlpProtocol OtlpProtocol { get; init; } = OtlpProtocol.Grpc;

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How long a stop may take.</summary>
    public Duration StopWithin { get; init; } = Duration.FromSeconds(20);
}
