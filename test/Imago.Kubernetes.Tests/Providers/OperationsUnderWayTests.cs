using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Tests.Providers.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>How far operations are, for people who ask about a cluster.</summary>
public sealed class OperationsUnderWayTests
{
    private readonly ScriptedProvider _world = new();

    [Fact]
    public async Task Read_WhileARolloutWaits_TellsTheProgress()
    {
        await using var run = await SocketRun.StartAsync(new UpgradeSettings { MaxSurge = Imago.Domain.Clusters.IntOrPercent.Of(1) });
        await run.PassAsync();
        var id = run.Record.AwaitedOperations().ShouldHaveSingleItem();
        _world.Starts = r => new ProviderOperation(r.OperationId, OperationState.Running, null, null, null) { Progress = "waiting for disks to detach" };
        await using var served = await Served.StartAsync(_world);
        await served.Client.BeginAsync(Served.Ask(id), default);

        (await ReadAsync(served, run.Record))[id].Progress.ShouldBe("waiting for disks to detach");
        (await ReadAsync(served, run.Record with { EndedAt = Served.Now, Phase = RolloutPhase.Succeeded })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_ProviderDoesNotAnswer_SaysNothingSoon()
    {
        await using var run = await SocketRun.StartAsync(new UpgradeSettings());
        await run.PassAsync();
        await using var served = await Served.StartAsync(_world, (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));

        (await ReadAsync(served, run.Record)).ShouldBeEmpty();
    }

    private static ValueTask<IReadOnlyDictionary<string, ProviderOperation>> ReadAsync(Served served, RolloutRecord record)
    {
        var clock = new WorldClock(Served.Now);
        var attachment = new Attachment(Served.Cluster, "", null, ImmutableArray<PoolSelector>.Empty, new ProviderAccess("external", served.Server.Endpoint, Served.Token, null));
        return new OperationsUnderWay(new NodeProviders(clock), clock).ReadAsync(attachment, new NoNodes(), [record], default);
    }
}
