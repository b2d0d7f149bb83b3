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

    public static TheoryData<int, int> Lanes() => Soak ? new() { { 1, 50 }, { 2, 50 }, { 3, 50 }, { 4, 50 } } : new() { { 1, 10 }, { 2, 10 } };

    [Theory]
    [MemberData(nameof(Lanes))]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    public async Task Rollouts_ManagerKilledAtRandomMoments_AllEndClean(int seed, int kills)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("IMAGO_SEED"), CultureInfo.InvariantCulture, out var chosen))
        {
            seed = chosen;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"IMAGO_SEED={seed}");
        await using var twin = await FaultyTwin.StartAsync(new TwinSettings { TimeScale = 100 }, TestContext.Current.CancellationToken);
        await using var manager = await KilledServer.StartAsync(twin, new Random(seed));

        while (manager.Kills < kills)
        {
            await manager.RollAsync(kills, TestContext.Current.CancellationToken);
        }
    }
}
