using System.Globalization;
using Imago.Kubernetes.Tests.Faults.Kit;

namespace Imago.Acceptance.Tests.Attaching;

/// <summary>
/// A managing server process is killed again and again in the middle of rollouts of an attached cluster, and what remains of them is what is in the cluster. Some of its
/// successors have its database, some begin with an empty one.
/// </summary>
public sealed class KilledServerTests
{
    private static bool Soak => Environment.GetEnvironmentVariable("IMAGO_SOAK") == "1";

    /// <summary>Lanes that are driven beside one another, each with a twin, a server and dice of its own: most of the time they wait.</summary>
    private static (int Lanes, int Kills) Plan => Soak ? (4, 50) : (2, 10);

    [Fact]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    public async Task Rollouts_ManagerKilledAtRandomMoments_AllEndClean()
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("IMAGO_SEED"), CultureInfo.InvariantCulture, out var chosen) ? chosen : 1;

        await Task.WhenAll(Enumerable.Range(first, Plan.Lanes).Select(DriveAsync));
    }

    private static async Task DriveAsync(int seed)
    {
        try
        {
            await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 100 }, TestContext.Current.CancellationToken);
            await using var manager = await KilledServer.StartAsync(twin, new Random(seed));
            while (manager.Kills < Plan.Kills)
            {
                await manager.RollAsync(Plan.Kills, TestContext.Current.CancellationToken);
            }
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"The lane of IMAGO_SEED={seed} did not end clean.", failure);
        }
    }
}
