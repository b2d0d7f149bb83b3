using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Bench.Servers;

/// <summary>Many small simulated clusters in a running server, made through its API.</summary>
internal static class BenchFleet
{
    public const string Group = "rg-bench";
    public const string Location = "eastus";

    private const int AtOnce = 16;
    private static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(20);

    /// <summary>Settings under which a bench measures the server and not its limits.</summary>
    public static ServerSettings Settings(string? database) => new()
    {
        Database = database,
        TimeScale = 1000,
        More = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LIMITS_READS_PER_SECOND"] = "100000",
            ["LIMITS_WRITES_PER_SECOND"] = "100000",
            ["SIMULATION_WORKLOADS"] = "None",
            ["LOG_LEVEL"] = "Warning",
        },
    };

    public static string Path(ArmClient arm, int number) => arm.Cluster(Group, string.Create(CultureInfo.InvariantCulture, $"c{number:00000}"));

    /// <summary>Makes clusters of one node each and waits until all are done.</summary>
    public static async Task MakeAsync(ArmClient arm, int clusters, string channel)
    {
        (await arm.PutAsync(arm.Group(Group), new { location = Location })).Must(HttpStatusCode.OK, HttpStatusCode.Created);
        var body = new
        {
            location = Location,
            identity = new { type = "SystemAssigned" },
            properties = new
            {
                dnsPrefix = "bench",
                autoUpgradeProfile = new { nodeOSUpgradeChannel = channel },
                agentPoolProfiles = new[] { new { name = "nodepool1", count = 1, mode = "System", osType = "Linux", upgradeSettings = new { canary = "None" } } },
            },
        };
        await EachAsync(clusters, async n => (await arm.PutAsync(Path(arm, n), body)).Must(HttpStatusCode.OK, HttpStatusCode.Created));
        await Until.Async(
            $"{clusters} clusters being made",
            LongestMaking,
            () => UnfinishedAsync(arm),
            unfinished => unfinished == 0);
    }

    /// <summary>Does something for each number, some at a time.</summary>
    public static Task EachAsync(int count, Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) => await act(n));

    /// <summary>What each number is answered.</summary>
    public static async Task<IReadOnlyCollection<T>> AskAsync<T>(int count, Func<int, Task<T>> ask)
    {
        ConcurrentBag<T> answers = [];
        await EachAsync(count, async n => answers.Add(await ask(n)));
        return answers;
    }

    private static async Task<int> UnfinishedAsync(ArmClient arm) =>
        (await arm.ListAsync($"{arm.Group(Group)}/providers/Microsoft.ContainerService/managedClusters")).Count(c => c.GetProperty("properties").GetProperty("provisioningState").GetString() != "Succeeded");
}
