using System.Text.Json.Serialization;

namespace Imago.Kubernetes.Providers.External;

/// <summary>What is sent to begin an operation.</summary>
internal sealed record WireRequest(string Verb, string Cluster, string Pool, string Node, string? Image, string? PatchLevel, long Epoch, bool? DryRun = null);

/// <summary>An operation as the provider tells it; nothing of it has been checked.</summary>
internal sealed record WireOperation(string? Id, string? State, WireProgress? Progress, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, WireError? Error);

/// <summary>How far an operation is.</summary>
internal sealed record WireProgress(int? Percent, string? Message);

/// <summary>Why an operation failed.</summary>
internal sealed record WireError(string? Code, string? Message);

/// <summary>Problem details (RFC 9457) with the protocol's code.</summary>
internal sealed record WireProblem(string? Type, string? Title, int? Status, string? Detail, string? Code);

/// <summary>What a provider says of itself.</summary>
internal sealed record WireCapabilities(
    int? Protocol, string? Name, string? Version, IReadOnlyList<string>? Verbs, bool? DryRun, bool? LongPolling, bool? NamesNodes, int? RetentionDays, WireLimits? Limits);

/// <summary>What a provider has room for.</summary>
internal sealed record WireLimits(int? LargestPool, IReadOnlyDictionary<string, WirePoolLimits>? Pools);

/// <summary>What one pool has room for.</summary>
internal sealed record WirePoolLimits(int? LargestPool);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 16)]
[JsonSerializable(typeof(WireRequest))]
[JsonSerializable(typeof(WireOperation))]
[JsonSerializable(typeof(WireProblem))]
[JsonSerializable(typeof(WireCapabilities))]
internal sealed partial class ProviderJson : JsonSerializerContext;
