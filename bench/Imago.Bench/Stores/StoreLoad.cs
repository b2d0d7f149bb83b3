using System.Globalization;
using Imago.Application.Storage;
using Imago.Persistence.Stores;
using NodaTime;

namespace Imago.Bench.Stores;

/// <summary>What a PUT of a cluster writes (its document and status, an operation, an activity entry, a nudge), and what a GET of one with its pools reads.</summary>
internal sealed class StoreLoad(RelationalStore store)
{
    private const int Count = 1_000;
    private const string Subscription = "33333333-3333-3333-3333-333333333333";
    private static readonly string Document = $$$"""{"location":"westeurope","properties":{"padding":"{{{new string('x', 2_000)}}}"}}""";
    private static readonly Instant At = Instant.FromUtc(2026, 11, 2, 8, 0);
    private readonly string run = Guid.NewGuid().ToString("n");
    private readonly long[] versions = Enumerable.Repeat(0L, Count).ToArray();
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];
    private int last;
    private int read;

    public static StoreBatch Clusters(int from, int count) => new()
    {
        Resources = [.. Enumerable.Range(from, count).SelectMany(i => new[] { Create(Key(i), i, "managedClusters"), Create($"{Key(i)}/agentpools/np1", i, "managedClusters/agentPools") })],
    };

    public async Task CommitAsync()
    {
        var number = Interlocked.Increment(ref last);
        var cluster = number % Count;

        // Two writes of one cluster at a time would be a conflict, which is not what is measured.
        await turns[cluster].WaitAsync();
        try
        {
            if (versions[cluster] == 0)
            {
                versions[cluster] = (await store.FindAsync(Key(cluster), CancellationToken.None))!.Version;
            }

            var outcome = await store.CommitAsync(Put(cluster, number, versions[cluster]), CancellationToken.None);
            if (!outcome.Committed)
            {
                throw new InvalidOperationException($"Lost against {outcome.Conflict}.");
            }

            versions[cluster]++;
        }
        finally
        {
            turns[cluster].Release();
        }
    }

    public async Task ReadAsync() => await store.ClusterAsync(Key(Interlocked.Increment(ref read) % Count), CancellationToken.None);

    private StoreBatch Put(int cluster, int number, long version)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{run}-{number}");
        return new()
        {
            Resources = [new ResourceWrite.Document(Document, version, At) { Key = Key(cluster) }, new ResourceWrite.Status("{}", version) { Key = Key(cluster) }],
            Operations =
            [
                new(new StoredOperation
                {
                    Id = id,
                    Kind = OperationKind.UpdateCluster,
                    Status = OperationStatus.Succeeded,
                    ResourceId = Key(cluster),
                    ClusterKey = Key(cluster),
                    SubscriptionId = Subscription,
                    Location = "westeurope",
                    StartedAt = At,
                    EndedAt = At,
                    CorrelationId = id,
                    Caller = "bench",
                    Version = 1,
                }),
            ],
            Activities =
            [
                new ActivityEntry
                {
                    EventDataId = id,
                    At = At,
                    SubscriptionId = Subscription,
                    ResourceGroup = "rg",
                    ResourceId = Key(cluster),
                    OperationName = "Microsoft.ContainerService/managedClusters/write",
                    Status = "Started",
                    Level = "Informational",
                    Caller = "bench",
                    CorrelationId = id,
                },
            ],
            Nudges = [(Key(cluster), At)],
        };
    }

    private static string Key(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"/subscriptions/{Subscription}/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/c{number}");

    private static ResourceWrite Create(string key, int number, string type) => new ResourceWrite.Create(new StoredResource
    {
        Key = key,
        Id = key,
        Type = $"Microsoft.ContainerService/{type}",
        ParentKey = "",
        ClusterKey = Key(number),
        Document = Document,
        CreatedAt = At,
        ChangedAt = At,
    }) { Key = key };
}
