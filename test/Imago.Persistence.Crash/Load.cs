using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Persistence.Crash;

/// <summary>What the killed program writes: batches that each touch several tables, so that a batch of which a part is there is seen.</summary>
public static class Load
{
    private const string Subscription = "22222222-2222-2222-2222-222222222222";

    public static string Cluster(int writer) =>
        string.Create(CultureInfo.InvariantCulture, $"/subscriptions/{Subscription}/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/c{writer}");

    public static string Pool(int writer, long number) => string.Create(CultureInfo.InvariantCulture, $"{Cluster(writer)}/agentpools/p{number:d9}");

    public static string Event(int writer, long number) => string.Create(CultureInfo.InvariantCulture, $"{writer}-{number}");

    public static string Operation(int writer, long number) => string.Create(CultureInfo.InvariantCulture, $"{writer:d8}-0000-0000-0000-{number:d12}");

    public static ActivityQuery Activities(int writer) => new() { SubscriptionId = Subscription, ResourceId = Cluster(writer), Limit = int.MaxValue - 1 };

    /// <summary>The batch that makes the cluster of a writer.</summary>
    public static StoreBatch First(int writer) => new() { Resources = [Create(Cluster(writer), writer, "Microsoft.ContainerService/managedClusters")] };

    /// <summary>The batch of a number, from 1: possible only on top of the one before.</summary>
    public static StoreBatch Batch(int writer, long number) => new()
    {
        Resources =
        [
            new ResourceWrite.Document(number.ToString(CultureInfo.InvariantCulture), number, Instant.FromUnixTimeTicks(number)) { Key = Cluster(writer) },
            Create(Pool(writer, number), writer, "Microsoft.ContainerService/managedClusters/agentPools"),
        ],
        Operations =
        [
            new(new StoredOperation
            {
                Id = Operation(writer, number),
                Kind = OperationKind.CreatePool,
                Status = OperationStatus.InProgress,
                ResourceId = Pool(writer, number),
                ClusterKey = Cluster(writer),
                SubscriptionId = Subscription,
                Location = "westeurope",
                StartedAt = Instant.FromUnixTimeTicks(number),
                CorrelationId = Event(writer, number),
                Caller = "load",
                Version = 1,
            }),
        ],
        Activities =
        [
            new ActivityEntry
            {
                EventDataId = Event(writer, number),
                At = Instant.FromUnixTimeTicks(number),
                SubscriptionId = Subscription,
                ResourceGroup = "rg",
                ResourceId = Cluster(writer),
                OperationName = "Microsoft.ContainerService/managedClusters/agentPools/write",
                Status = "Started",
                Level = "Informational",
                Caller = "load",
                CorrelationId = Event(writer, number),
            },
        ],
        Journal = [new JournalEntry(Cluster(writer), number, "{}")],
        Nudges = ImmutableArray.Create((Cluster(writer), Instant.FromUnixTimeTicks(number))),
    };

    private static ResourceWrite.Create Create(string key, int writer, string type) => new(new StoredResource
    {
        Key = key,
        Id = key,
        Type = type,
        ParentKey = "",
        ClusterKey = Cluster(writer),
        Document = "0",
        CreatedAt = Instant.FromUnixTimeTicks(0),
        ChangedAt = Instant.FromUnixTimeTicks(0),
    }) { Key = key };
}
