using System.Collections.Immutable;
using System.Globalization;
using Imago.Api.Limits;
using Imago.Simulation.Serving;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Configuration;

/// <summary>All settings. The docs list them, and a test compares.</summary>
public static class SettingCatalog
{
    internal const string DurationWords = "a number with ms, s, m, h or d, such as 90s";

    public static ImmutableArray<Setting> All { get; } =
    [
        new("data", "a folder", "$XDG_DATA_HOME/imago, else ~/.local/share/imago", "Where everything is kept.", (o, t) => Text(t) is { } x ? o with { DataFolder = x } : null),
        new("listen", "https addresses with an IP address or localhost, separated by commas", "https://127.0.0.1:8443", "Where it listens; https://0.0.0.0:8443 is everywhere. Port 0: the system chooses.", (o, t) => ListenAddresses(t) is { } x ? o with { Listen = x } : null),
        new("publicAddress", "an https address", "the one that clients use", "The address that links in answers and the issuer's name begin with.", (o, t) => Address(t, "https") is { } x ? o with { PublicAddress = x } : null),
        new("names", "host names and addresses, separated by commas", "none", "What the server's certificate is for beside 127.0.0.1, ::1 and localhost.", (o, t) => HostNames(t) is { } x ? o with { Names = x } : null),
        new("certificate.file", "a PEM file", "made by the server", "A certificate of your own.", (o, t) => Text(t) is { } x ? o with { CertificateFile = x } : null),
        new("certificate.keyFile", "a PEM file", "made by the server", "Its key.", (o, t) => Text(t) is { } x ? o with { CertificateKeyFile = x } : null),
        new("database", "a PostgreSQL connection string, Host=…;Database=…;Username=…;Password=…", "a SQLite file in the data folder", "Where resources, history and principals are kept.", (o, t) => Text(t) is { } x ? o with { Database = x } : null) { IsSecret = true },
        new("replica", "a name", "machine and process", "What this process is called among those that share a database.", (o, t) => Text(t) is { Length: <= 80 } x ? o with { Replica = x } : null),
        new("dataKeyFile", "a file of 32 bytes", "keys/data.key in the data folder", "Encrypts the signing keys in the database. Replicas share it.", (o, t) => Text(t) is { } x ? o with { DataKeyFile = x } : null),
        new("simulation.timeScale", "a number from 1 to 1000", "1", "Simulated work takes one part in so many of its time.", (o, t) => Number(t, 1, 1000) is { } x ? o with { TimeScale = x } : null),
        new("simulation.workloads", Names<SampleWorkloads>(), nameof(SampleWorkloads.Sample), "What runs in a new simulated cluster without the tag imago-workloads.", (o, t) => Choice<SampleWorkloads>(t) is { } x ? o with { Workloads = x } : null),
        new("kubernetes.execPlugins", "commands, separated by commas", "none", "Programs that kubeconfigs of attached clusters may run on the server to get a token; compared as written.", (o, t) => List(t) is { Length: > 0 } x ? o with { ExecPlugins = x } : null),
        new("kubernetes.requestsPerSecond", "a number from 1 to 1000", "20", "Requests to one attached cluster; twice as many at once.", (o, t) => Number(t, 1, 1000) is { } x ? o with { KubernetesRequests = x } : null),
        new("kubernetes.keepWatching", "true, false", "false", "Whether attached clusters are watched also while nothing happens in them.", (o, t) => bool.TryParse(t, out var x) ? o with { KeepWatching = x } : null),
        new("engine.leaseLength", DurationWords + ", from 10s to 10m", "1m", "How long a server may give no sign of life before others take over its clusters; attached ones after half as long again.", (o, t) => Time(t, "10s", "10m") is { } x ? o with { LeaseLength = x } : null),
        new("features.registration", DurationWords, "1m", "How long the registration of a feature or provider takes.", (o, t) => Time(t, "0s", "1d") is { } x ? o with { FeatureRegistration = x } : null),
        new("api.retryAfter", DurationWords + ", from 1s to 1m", "1s", "How long clients wait between two looks at an operation.", (o, t) => Time(t, "1s", "1m") is { } x ? o with { RetryAfter = x } : null),
        new("releases.feed", "a JSON file, or an address with https", "none", "Releases beyond those that come with the product; read again when it changes.", (o, t) => Text(t) is { } x ? o with { ReleaseFeed = x } : null),
        new("releases.feedKeyring", "a file of OpenPGP public keys, binary or armoured", "none", "Who may sign the feed; the signature lies beside it, with .asc behind its name.", (o, t) => Text(t) is { } x ? o with { FeedKeyring = x } : null),
        new("releases.feedSha256", "64 hexadecimal digits", "none", "The hash that the feed must have.", (o, t) => Hash(t) is { } x ? o with { FeedSha256 = x } : null),
        new("releases.feedInterval", DurationWords + ", from 10s to 1d", "5m", "How often a feed with an address, a keyring or a hash is fetched; any other file is looked at every second.", (o, t) => Time(t, "10s", "1d") is { } x ? o with { FeedInterval = x } : null),
        new("history.retention", DurationWords + ", from 1d to 3650d", "90d", "How long the activity log and ended operations are kept.", (o, t) => Time(t, "1d", "3650d") is { } x ? o with { Retention = x } : null),
        new("identity.issuer", "an https address", "the built-in issuer", "An OpenID Connect issuer whose tokens are accepted instead.", (o, t) => Address(t, "https") is { } x ? o with { Issuer = x } : null),
        new("identity.audiences", "texts, separated by commas", "https://management.core.windows.net/,https://management.azure.com/", "What a token must be for.", (o, t) => List(t) is { Length: > 0 } x ? o with { Audiences = x } : null),
        new("identity.tokenLifetime", DurationWords + ", from 5m to 1d", "1h", "How long a token of the built-in issuer is valid.", (o, t) => Time(t, "5m", "1d") is { } x ? o with { TokenLifetime = x } : null),
        new("identity.keyRotation", DurationWords + ", from 1d to 365d", "30d", "How long a signing key signs.", (o, t) => Time(t, "1d", "365d") is { } x ? o with { KeyRotation = x } : null),
        new("kubernetes.tokenLifetime", DurationWords + ", from 5m to 3650d", "1d", "How long the token in the kubeconfig of a simulated cluster is valid.", (o, t) => Time(t, "5m", "3650d") is { } x ? o with { ClusterTokenLifetime = x } : null),
        new("limits.bodyBytes", "a whole number from 1024 to 67108864", "4194304", "Largest body of a request.", (o, t) => Whole(t, 1024, 64 << 20) is { } x ? o with { Limits = o.Limits with { BodyBytes = x } } : null),
        new("limits.jsonDepth", "a whole number from 8 to 512", "64", "Deepest nesting of a body.", (o, t) => Whole(t, 8, 512) is { } x ? o with { Limits = o.Limits with { JsonDepth = x } } : null),
        new("limits.readsPerSecond", "a number from 1 to 100000", "1000", "Reads of one principal; twice as many at once.", (o, t) => Number(t, 1, 100_000) is { } x ? o with { Limits = o.Limits with { Reads = Twice(x) } } : null),
        new("limits.writesPerSecond", "a number from 1 to 100000", "500", "Writes of one principal; twice as many at once.", (o, t) => Number(t, 1, 100_000) is { } x ? o with { Limits = o.Limits with { Writes = Twice(x) } } : null),
        new("limits.signInsPerMinute", "a number from 1 to 100000", "120", "Sign-ins of one address; half as many at once.", (o, t) => Number(t, 1, 100_000) is { } x ? o with { Limits = o.Limits with { SignIns = new Rate((int)Math.Ceiling(x / 2), x / 60) } } : null),
        new("limits.failedSignInsPerMinute", "a number from 1 to 1000", "12", "Sign-ins of one address that may fail.", (o, t) => Number(t, 1, 1000) is { } x ? o with { Limits = o.Limits with { FailedSignIns = new Rate((int)Math.Ceiling(x), x / 60) } } : null),
        new("limits.anonymousPerSecond", "a number from 1 to 100000", "50", "Requests of one address without a good token; four times as many at once.", (o, t) => Number(t, 1, 100_000) is { } x ? o with { Limits = o.Limits with { Anonymous = new Rate((int)Math.Ceiling(4 * x), x) } } : null),
        new("metrics.anonymous", "true, false", "false", "Whether /metrics answers without a token.", (o, t) => bool.TryParse(t, out var x) ? o with { AnonymousMetrics = x } : null),
        new("telemetry.otlp", "an http or https address", "none", "Where traces, metrics and logs are sent by OTLP.", (o, t) => Address(t, "http", "https") is { } x ? o with { Otlp = x } : null),
        new("telemetry.protocol", Names<OtlpProtocol>(), nameof(OtlpProtocol.Grpc), "How OTLP is spoken there.", (o, t) => Choice<OtlpProtocol>(t) is { } x ? o with { OtlpProtocol = x } : null),
        new("log.format", Names<LogFormat>(), nameof(LogFormat.Text), "How the log is written to standard error.", (o, t) => Choice<LogFormat>(t) is { } x ? o with { LogFormat = x } : null),
        new("log.level", Names<LogLevel>(), nameof(LogLevel.Information), "The least important lines that are written.", (o, t) => Choice<LogLevel>(t) is { } x ? o with { LogLevel = x } : null),
        new("stop.within", DurationWords + ", from 1s to 10m", "20s", "How long a stop may take.", (o, t) => Time(t, "1s", "10m") is { } x ? o with { StopWithin = x } : null),
    ];

    private static Rate Twice(double perSecond) => new((int)Math.Ceiling(2 * perSecond), perSecond);

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>());

    private static string? Text(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static ImmutableArray<string> List(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string? Hash(string text) => text.Trim() is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit) ? hash.ToLowerInvariant() : null;

    private static double? Number(string text, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static int? Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static T? Choice<T>(string text)
        where T : struct, Enum =>
        Array.Find(Enum.GetNames<T>(), n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<T>(name) : null;

    internal static Duration? Time(string text, string least, string most) =>
        Span(text) is { } span && span >= Span(least) && span <= Span(most) ? span : null;

    private static Duration? Span(string text)
    {
        var unit = text.TrimStart([.. "0123456789."]);
        if (!double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return unit switch
        {
            "ms" => Duration.FromMilliseconds(number),
            "s" => Duration.FromSeconds(number),
            "m" => Duration.FromMinutes(number),
            "h" => Duration.FromHours(number),
            "d" => Duration.FromDays(number),
            _ => null,
        };
    }

    private static Uri? Address(string text, params string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && schemes.Contains(address.Scheme, StringComparer.Ordinal) && address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0
            ? address
            : null;

    private static ImmutableArray<Uri>? ListenAddresses(string text)
    {
        // Plain http is offered to nobody: Azure's clients refuse to send tokens over it (AZ-42), and others should.
        var all = List(text).Select(t => Address(t, "https")).ToList();
        return all.Count > 0 && all.TrueForAll(a => a is { AbsolutePath: "/" } && (a.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || a.Host == "localhost")) ? [.. all!] : null;
    }

    private static ImmutableArray<string>? HostNames(string text)
    {
        var all = List(text);
        return all.Length > 0 && all.All(n => Uri.CheckHostName(n) is not UriHostNameType.Unknown) ? all : null;
    }
}
