using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pools;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Writing;
using Imago.Simulation.Serving.Workloads;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>A simulated world with the scale sets of a served cluster. It changes by time and by calls, and by nothing else.</summary>
internal sealed class ServedWorld
{
    private IClusterConnection? _connection;
    private readonly TwinWrites _writes;

    public ServedWorld(SimulatedWorld world, ServedFacts facts)
    {
        World = world;
        Facts = facts;
        Pools = new NodePools(world, facts);
        Pools.AllCame += Deploy;
        Ledger = new ObjectLedger(world.State);
        _writes = new TwinWrites(world, Ledger, Pools.Names);
    }

    public SimulatedWorld World { get; }

    public ServedFacts Facts { get; }

    public NodePools Pools { get; }

    /// <summary>The books of the cluster's API.</summary>
    public ObjectLedger Ledger { get; }

    /// <summary>Whether what runs in a new cluster has come; whoever deletes it does not get it again.</summary>
    public bool Deployed { get; set; }

    /// <summary>Whether nothing happens in it any more unless somebody calls.</summary>
    /// <remarks>Whether guests are still heard of is looked at all the time; when follows from when they were last heard of.</remarks>
    public bool AtRest => World.Time.Planned == World.Guests.Planned;

    public static ServedWorld Create(WorldCall.Created call, Instant at, ITraceSink? trace)
    {
        var served = new ServedWorld(new SimulatedWorld(call.Settings, new Seed(call.Seed), at, new NodeFactory([]), trace), call.Facts);
        served.Ledger.Begin();
        return served;
    }

    /// <summary>
    /// Carries out a call at an instant; everything that is due by then happens first. Answers what the call answers, and whether it did anything: a call that
    /// changed nothing need not be remembered.
    /// </summary>
    public (object? Answer, bool DidSomething) Carry(WorldCall call, Instant at)
    {
        World.Time.StepTo(at);
        var revision = World.State.Revision;
        switch (call)
        {
            case WorldCall.Settled settled:
                World.State.Settings = settled.Settings;
                return (null, true);
            case WorldCall.Shaped shaped:
                Pools.Follow(shaped.Order);
                return (null, true);
            case WorldCall.NodeUpdated update:
                var outcome = World.Updates.Apply(new RolloutAction.UpdateNode(update.Node, update.Version, update.Update));
                return (outcome, outcome == PatchOutcome.Patched);
            case WorldCall.Evicted evict:
                // Also a refusal may have done something: a wrong identity costs the budget a disruption.
                return (World.Evictions.Evict(evict.Pod, evict.Uid), World.State.Revision != revision);
            case WorldCall.Deleted delete:
                return (World.Evictions.Delete(delete.Pod, delete.Uid), World.State.Revision != revision);
            case WorldCall.Asked ask:
                return Ask(ask.Request);
            case WorldCall.Recorded recorded:
                var record = RecordPatch.Apply(World.RecordStore.All.GetValueOrDefault(recorded.Pool)?.Record, recorded.Patch);
                var written = World.RecordStore.Write(record, recorded.Expected);
                return (written, written.Stored is not null);
            default:
                return CarryObject(call, revision);
        }
    }

    /// <summary>A call as the journal keeps it: the status of a node is its guest's to say, and of other nodes the world's own.</summary>
    public WorldCall Journaled(WorldCall call)
    {
        if (call is not WorldCall.ObjectReplaced { Document: var document } replaced || TwinKind.Of(replaced.Kind) != TwinKind.Nodes || !document.TryGetProperty("status", out _))
        {
            return call;
        }

        var written = JsonObject.Create(document)!;
        if (written["metadata"]?["name"]?.GetValue<string>() is { } name && World.State.Nodes.GetValueOrDefault(name) is { IsGuest: true })
        {
            return call;
        }

        written.Remove("status");
        return replaced with { Document = JsonSerializer.SerializeToElement(written) };
    }

    /// <summary>Answers a write without doing it.</summary>
    public TwinAnswer Try(WorldCall call) => Write(call, dryRun: true);

    private (object? Answer, bool DidSomething) CarryObject(WorldCall call, long revision)
    {
        var version = Ledger.Version;
        if (call is WorldCall.Told told)
        {
            Ledger.Tell(told.Events);
            return (null, Ledger.Version != version);
        }

        var answer = Write(call, dryRun: false);
        return (answer, Ledger.Version != version || World.State.Revision != revision);
    }

    private TwinAnswer Write(WorldCall call, bool dryRun)
    {
        switch (call)
        {
            case WorldCall.ObjectCreated created:
                return _writes.Create(TwinKind.Of(created.Kind), JsonObject.Create(created.Document)!, dryRun);
            case WorldCall.ObjectReplaced replaced:
                return _writes.Replace(TwinKind.Of(replaced.Kind), JsonObject.Create(replaced.Document)!, replaced.Subresource, dryRun);
            case WorldCall.ObjectDeleted deleted:
                return _writes.Delete(TwinKind.Of(deleted.Kind), deleted.Key, deleted.How with { DryRun = dryRun });
            case WorldCall.EvictionAsked asked:
                return _writes.Evict(asked.Pod, asked.How with { DryRun = dryRun });
            default:
                throw new InvalidOperationException($"Call {call.GetType().Name} cannot reach a world that is there.");
        }
    }

    /// <summary>The cluster as it is now; made from scratch once, then kept change by change.</summary>
    public ClusterView View() => Completed((_connection ??= World.Connect()).ObserveAsync(CancellationToken.None));

    /// <summary>The call that writes a record.</summary>
    public WorldCall.Recorded Writing(RolloutRecord record, string? expected) =>
        new(record.Pool, expected, RecordPatch.Between(World.RecordStore.All.GetValueOrDefault(record.Pool)?.Record, record));

    private (object? Answer, bool DidSomething) Ask(ProviderRequest request)
    {
        var provider = World.Provider;
        var (operations, epoch) = (provider.Operations.Count, provider.HighestEpoch);
        var answer = Completed(provider.BeginAsync(request, CancellationToken.None));
        return (answer, provider.Operations.Count != operations || provider.HighestEpoch != epoch);
    }

    // Everything in the simulated world completes at once.
    private static T Completed<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();

    // Workloads come when the first nodes are there. Were they there before, the first node to report would get all of them, and its siblings none.
    private void Deploy()
    {
        var state = World.State;
        if (Deployed)
        {
            return;
        }

        Deployed = true;
        Populating.Fill(state, ServedWorkloads.Of(Facts, state.Seed), World.Nodes, World.Pods, World.Budgets);
        Ledger.Populated();
        foreach (var budget in state.Budgets.Values)
        {
            state.Changed(budget);
        }

        foreach (var pod in state.Pods.Values.OrderBy(p => p.Key))
        {
            state.Changed(pod);
        }

        World.Workloads.LookAtAll();
        World.Pods.PlanCycle();
    }
}
