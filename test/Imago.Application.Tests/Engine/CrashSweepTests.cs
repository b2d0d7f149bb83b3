using Imago.Application.History;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Channels;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>
/// The process dies at every single commit of a story, just before it takes effect and just after, and another process goes on. The end has to be the one that comes
/// without deaths: nothing lost, nothing twice.
/// </summary>
public sealed class CrashSweepTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upgrade_ProcessDiesAtAnyCommit_EndsAsIfItHadNot(bool after) => await SweepAsync(UpgradeAsync, after);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Rule", "CH-50")]
    public async Task Transition_ProcessDiesAtAnyCommit_EndsAsIfItHadNot(bool after) => await SweepAsync(TransitionAsync, after);

    private static async Task SweepAsync(Func<Installation, Task> story, bool after)
    {
        var plain = new Installation();
        await story(plain);
        var expected = await EndOfAsync(plain);
        var commits = plain.Store.Commits;
        commits.ShouldBeGreaterThan(40);
        var deaths = 0;
        for (var fatal = 1; fatal <= commits; fatal++)
        {
            var world = new Installation();
            world.Store.Trouble = (number, done) =>
            {
                if (number != fatal || done != after || world.Boots > 1)
                {
                    return null;
                }

                world.Killed = true;
                return new StoreUnavailableException($"killed at commit {fatal}");
            };

            await story(world);

            var told = $"killed {(after ? "after" : "before")} commit {fatal} of {commits}: {string.Join("; ", world.Deaths)}";
            (await EndOfAsync(world)).ShouldBe(expected, told);
            deaths += world.Deaths.Count;
        }

        // The others are those of requests, which the client hears of, and of pictures, which may be lost.
        deaths.ShouldBeGreaterThan(commits * 3 / 4);
    }

    private static async Task UpgradeAsync(Installation world)
    {
        await TellAsync(() => world.CreateAsync(("apps", 2)));
        await world.RunAsync(Duration.FromHours(1));
        world.Release(Installation.New);
        await TellAsync(async () =>
        {
            await world.NudgeAsync();
            return "";
        });
        await world.RunAsync(Duration.FromHours(3));
    }

    private static async Task TransitionAsync(Installation world)
    {
        await TellAsync(() => world.CreateAsync(("apps", 1), ("jobs", 1)));
        await world.RunAsync(Duration.FromHours(1));
        world.Spec = s => s with { Channel = NodeOsChannel.Unmanaged };
        await TellAsync(() => world.AskAsync(OperationKind.ChannelTransition));
        await world.RunAsync(Duration.FromHours(3));
    }

    // A client whose request was not answered asks again; one whose request took effect is told so.
    private static async Task TellAsync(Func<Task<string>> ask)
    {
        try
        {
            await ask();
        }
        catch (StoreUnavailableException)
        {
            try
            {
                await ask();
            }
            catch (InvalidOperationException)
            {
                // It had taken effect.
            }
        }
    }

    private static async Task<string> EndOfAsync(Installation world)
    {
        var picture = await world.Host.LookAsync(Installation.Key, TestContext.Current.CancellationToken);
        var lines = new List<string> { $"cluster {world.Cluster.ProvisioningState}" };
        lines.AddRange(picture!.View.Nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => $"node {n.Name} {n.Image} ready {n.Ready} cordoned {n.Unschedulable} mark {n.Mark?.Reason} steered {n.SteeredAway}"));
        foreach (var pool in world.Store.Rollouts.Select(r => r.Pool).Distinct().Order(StringComparer.Ordinal))
        {
            var status = world.PoolStatus(pool);
            lines.Add($"pool {pool} {status.ProvisioningState} {status.NodeImageVersion} {status.Count} {status.NodesBehind} {status.ProvisioningError} used {string.Join(',', status.RecentlyUsed.Select(u => u.NodeImageVersion))}");
        }

        lines.AddRange(world.Store.Operations.GroupBy(o => (o.Kind, o.Status)).Select(g => $"operation {g.Key.Kind} {g.Key.Status} {Times(g.Count(), g.Key.Kind)}").Order(StringComparer.Ordinal));
        lines.AddRange(world.Store.Activities.GroupBy(a => a.CorrelationId).Select(g => $"log {g.First().OperationName}: {string.Join(", ", g.Select(a => a.Status))}").Distinct().Order(StringComparer.Ordinal));
        lines.AddRange(world.Store.Outbox.Select(m => $"event {m.Kind}").Order(StringComparer.Ordinal));
        lines.AddRange(world.Store.Rollouts.Select(r => $"rollout {r.Pool} {r.Trigger} {r.Phase} {RecordText.Read(r.Record).Settled.Count(s => s.Value.Result == NodeResult.Upgraded)}").Order(StringComparer.Ordinal));
        foreach (var rollout in world.Store.Decisions.GroupBy(d => d.RolloutId))
        {
            rollout.Select(d => d.Number).ShouldBe(Enumerable.Range(1, rollout.Count()));
            Replay.Check(rollout).ShouldBeEmpty();
        }

        return string.Join(Environment.NewLine, lines);
    }

    // A request that took effect although its client was not told so is made twice; what people ask twice is asked twice.
    private static string Times(int count, OperationKind kind) => kind == OperationKind.AutomaticUpgrade ? $"x{count}" : "";
}
