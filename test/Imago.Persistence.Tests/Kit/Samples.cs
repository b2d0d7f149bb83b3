using System.Globalization;
using Imago.Application.Resources;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Persistence.Tests.Kit;

/// <summary>Resources, operations and entries to store.</summary>
internal static class Samples
{
    public const string Subscription = "/subscriptions/11111111-1111-1111-1111-111111111111";
    public const string Group = Subscription + "/resourcegroups/rg";
    public const string Cluster = Group + "/providers/microsoft.containerservice/managedclusters/c1";

    public static Instant Start { get; } = Instant.FromUtc(2026, 11, 2, 8, 0);

    public static StoredResource ClusterResource(string key = Cluster, string document = """{"location":"westeurope"}""") => new()
    {
        Key = key,
        Id = key.Replace("resourcegroups", "resourceGroups", StringComparison.Ordinal),
        Type = ResourceTypes.ManagedCluster,
        ParentKey = Group,
        ClusterKey = key,
        Document = document,
        Status = """{"provisioningState":"Creating"}""",
        CreatedAt = Start,
        ChangedAt = Start,
    };

    public static StoredResource Pool(string name, string cluster = Cluster) => ClusterResource(cluster) with
    {
        Key = $"{cluster}/agentpools/{name}",
        Id = $"{cluster}/agentPools/{name}",
        Type = ResourceTypes.AgentPool,
        ParentKey = cluster,
        Document = """{"properties":{"count":3}}""",
    };

    public static StoreBatch Creating(params StoredResource[] resources) =>
        new() { Resources = [.. resources.Select(r => new ResourceWrite.Create(r) { Key = r.Key })] };

    public static StoreBatch Documenting(string key, string json, long expected) =>
        new() { Resources = [new ResourceWrite.Document(json, expected, Start + Duration.FromMinutes(1)) { Key = key }] };

    public static StoreBatch Stating(string key, string json, long expected) => new() { Resources = [new ResourceWrite.Status(json, expected) { Key = key }] };

    public static StoreBatch Deleting(string key, long? expected) => new() { Resources = [new ResourceWrite.Delete(expected) { Key = key }] };

    public static StoredOperation Operation(int number, string cluster = Cluster) => new()
    {
        Id = $"00000000-0000-0000-0000-{number.ToString("d12", CultureInfo.InvariantCulture)}",
        Kind = OperationKind.UpgradeNodeImage,
        Status = OperationStatus.InProgress,
        ResourceId = $"{cluster}/agentPools/np1",
        ClusterKey = cluster,
        Pool = "np1",
        SubscriptionId = "11111111-1111-1111-1111-111111111111",
        Location = "westeurope",
        StartedAt = Start,
        CorrelationId = "99999999-0000-0000-0000-000000000000",
        Caller = "somebody",
        Version = 1,
    };

    public static StoreBatch Operating(params StoredOperation[] operations) => new() { Operations = [.. operations.Select(o => new OperationWrite(o))] };

    public static ActivityEntry Activity(int number, Instant? at = null) => new()
    {
        EventDataId = $"event-{number}",
        At = at ?? Start + Duration.FromMinutes(number),
        SubscriptionId = "11111111-1111-1111-1111-111111111111",
        ResourceGroup = "rg",
        ResourceId = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c1",
        OperationName = "Microsoft.ContainerService/managedClusters/write",
        Status = "Started",
        Level = "Informational",
        Caller = "somebody",
        CorrelationId = "99999999-0000-0000-0000-000000000000",
        HttpMethod = "PUT",
        ClientRequestId = "request-1",
        ClientIpAddress = "127.0.0.1",
        Properties = """{"statusCode":"Created"}""",
    };

    public static StoredRollout Rollout(string id, Instant? started = null, string cluster = Cluster) => new()
    {
        Id = id,
        ClusterKey = cluster,
        Pool = "np1",
        Target = "AKSUbuntu-2204gen2containerd-202611.20.0",
        Trigger = "Automatic",
        Phase = "Running",
        StartedAt = started ?? Start,
        Record = """{"epoch":1}""",
    };
}
