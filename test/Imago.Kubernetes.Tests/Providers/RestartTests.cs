using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Tests.Providers.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

/// <summary>The infrastructure of a served simulated cluster beside its engine, over restarts of the process.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly HostedCluster.Process _process = new();

    public void Dispose() => _process.Dispose();

    [Fact]
    public async Task Reimage_ProcessStartedAgainInTheMiddle_GoesOnAndIsRemembered()
    {
        string node;
        await using (var first = await HostedCluster.StartAsync(_process))
        {
            await first.SettleAsync();
            node = (await first.LookAsync()).Nodes.Keys.First();
            (await first.Served.Client.BeginAsync(Served.Ask(node: node), default)).State.ShouldBe(OperationState.Running);
        }

        await using (var second = await HostedCluster.StartAsync(_process))
        {
            (await second.Served.Client.BeginAsync(Served.Ask(node: node), default)).State.ShouldBe(OperationState.Running);
            (await second.Served.Client.BeginAsync(Served.Ask("later/x/Delete", ProviderVerb.Delete, "x", null, epoch: 2), default)).Code.ShouldBe(ProviderCodes.StaleEpoch, "epochs outlive the process");
            _process.Now += Duration.FromMinutes(10);
            await second.SettleAsync();
            (await second.Served.Client.FindAsync(Served.Ask().OperationId, default))!.State.ShouldBe(OperationState.Succeeded);
            (await second.LookAsync()).Nodes[node].Image.Text.ShouldBe(Served.Image);
        }

        // A picture has taken the journal's place by now, and the operation has ended long ago.
        _process.Now += Duration.FromDays(6);
        await using var third = await HostedCluster.StartAsync(_process);
        var before = await third.LookAsync();
        (await third.Served.Client.BeginAsync(Served.Ask(node: node), default)).State.ShouldBe(OperationState.Succeeded);
        (await third.LookAsync()).Nodes[node].Uid.ShouldBe(before.Nodes[node].Uid, "it was not reimaged again");
    }

    [Fact]
    public async Task Operation_NotedButNotBegunBeforeACrash_IsBegunWhenAskedFor()
    {
        string node;
        await using (var first = await HostedCluster.StartAsync(_process))
        {
            await first.SettleAsync();
            node = (await first.LookAsync()).Nodes.Keys.First();
        }

        // The process dies between the ledger and the infrastructure.
        await using (var dying = await Served.StartAsync(new Dead(), clock: _process.Clock, ledger: Path.Join(_process.Folder, "provider.jsonl")))
        {
            (await Should.ThrowAsync<ConnectionException>(async () => await dying.Client.BeginAsync(Served.Ask(node: node), default))).Message.ShouldContain("503 (dead)");
        }

        await using var second = await HostedCluster.StartAsync(_process);
        (await second.Served.Client.FindAsync(Served.Ask().OperationId, default)).ShouldNotBeNull().State.ShouldBe(OperationState.Running);
    }

    [Fact]
    public async Task Find_WithWait_IsAnsweredWhenItEnds()
    {
        var world = new ScriptedProvider();
        await using var served = await Served.StartAsync(world);
        await served.Client.BeginAsync(Served.Ask(), default);
        using var http = served.Plain();
        var id = Imago.Kubernetes.Providers.External.WireIds.Of(Served.Cluster, Served.Ask().OperationId);

        var waiting = http.GetStringAsync($"operations/{id}?wait=60");
        world.End(Served.Now);

        (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).ShouldContain("\"Succeeded\"");
    }

    private sealed class Dead : INodeProvider
    {
        public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => throw new ConnectionException("dead");

        public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => ValueTask.FromResult<ProviderOperation?>(null);
    }
}
