using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Imago.Application.Engine;
using Imago.Application.Engine.Noting;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

public sealed class NotingTests
{
    private static readonly RolloutRecord Record = new()
    {
        Id = "apps-20260810t000000",
        Pool = "apps",
        Target = new RolloutTarget.Image(NodeImage.Parse(Installation.New)),
        StartedAt = Installation.Start,
        Settings = new UpgradeSettings(),
    };

    private static readonly RolloutTarget LivePatch = new RolloutTarget.Patch(PatchLevel.OfDate(new LocalDate(2026, 8, 6)), LivePatching: true);

    [Fact]
    [Trait("Rule", "EV-12")]
    public void Events_LivePatchingOnly_SendsNone()
    {
        var patched = Ended(RolloutPhase.Succeeded) with { Target = LivePatch, Settled = RolloutRecord.EmptySettled.Add("n1", Outcome(NodeWork.LivePatch)) };

        RollingEvents.Of(Installation.ClusterId, patched, "op").ShouldBeEmpty();
        RollingEvents.Of(Installation.ClusterId, patched with { Settled = patched.Settled.Add("n2", Outcome(NodeWork.Reimage)) }, "op").Count().ShouldBe(2);
        RollingEvents.Of(Installation.ClusterId, patched with { Target = new RolloutTarget.Patch(PatchLevel.OfDate(new LocalDate(2026, 8, 6)), LivePatching: false) }, "op").Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(RolloutPhase.Running, "NodePoolRollingStarted")]
    [InlineData(RolloutPhase.Succeeded, "NodePoolRollingStarted, NodePoolRollingSucceeded")]
    [InlineData(RolloutPhase.Failed, "NodePoolRollingStarted, NodePoolRollingFailed")]
    [InlineData(RolloutPhase.Canceled, "NodePoolRollingStarted, NodePoolRollingFailed")]
    [Trait("Rule", "EV-4")]
    [Trait("Rule", "EV-6")]
    [Trait("Rule", "EV-12")]
    public void Events_ByPhase_OneStartedAndAtMostOneEnd(RolloutPhase phase, string expected) =>
        string.Join(", ", RollingEvents.Of(Installation.ClusterId, Ended(phase), "op").Select(m => m.Kind["Microsoft.ContainerService.".Length..])).ShouldBe(expected);

    [Fact]
    [Trait("Rule", "EV-16")]
    public void Events_AskedAgain_KeepTheirIdsAndDifferByOperationTypeAndSource()
    {
        var ids = RollingEvents.Of(Installation.ClusterId, Ended(RolloutPhase.Succeeded), "op").Select(m => m.Id).ToList();

        RollingEvents.Of(Installation.ClusterId, Ended(RolloutPhase.Succeeded), "op").Select(m => m.Id).ShouldBe(ids);
        RollingEvents.Of(Installation.ClusterId, Ended(RolloutPhase.Succeeded), "other").Concat(RollingEvents.Of("/other", Ended(RolloutPhase.Succeeded), "op")).Select(m => m.Id).Concat(ids).Distinct().Count().ShouldBe(6);
    }

    [Fact]
    [Trait("Rule", "EV-82")]
    [Trait("Rule", "UP-44")]
    public void Error_OfAFailedDrain_NamesPodAndBudget()
    {
        var fault = new RolloutFault(nameof(ReasonCode.Undrainable), "Node 'n3' could not be drained within 30 minutes: …", "n3", Installation.Start)
        {
            Details = [new FaultDetail("PodDisruptionBudget", "shop/cart-pdb allows 0 disruptions", "shop/cart-0")],
        };

        OperationErrors.Of(Ended(RolloutPhase.Failed) with { Fault = fault })!.ToJsonString().ShouldBe(JsonNode.Parse("""
            {"code":"PodDrainFailure","message":"Node 'n3' could not be drained within 30 minutes: …","target":"apps",
             "details":[{"code":"PodDisruptionBudget","message":"shop/cart-pdb allows 0 disruptions","target":"shop/cart-0"}]}
            """)!.ToJsonString());
        OperationErrors.Of(Ended(RolloutPhase.Failed) with { Fault = fault with { Code = nameof(ReasonCode.BarePodKept) } })!["code"]!.GetValue<string>().ShouldBe("PodDrainFailure");
    }

    [Fact]
    [Trait("Rule", "EV-68")]
    public async Task Metrics_AfterAnUpgrade_TellRunsAgeAndWhatIsBehind()
    {
        var world = new Installation();
        var seen = new Dictionary<string, List<(double Value, string Tags)>>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => l.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(1));
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(3));

        listener.RecordObservableInstruments();

        Of("nodeos_upgrade_runs_total").ShouldContain((1, $"channel=NodeImage,cluster={Installation.ClusterId},pool=apps,result=Succeeded"));
        Of("nodeos_upgrade_duration_seconds").ShouldContain(m => m.Value > 60);
        Of("nodeos_nodes_behind").ShouldContain((0, $"cluster={Installation.ClusterId},pool=apps"));
        Of("nodeos_image_age_days").ShouldContain(m => m.Value == 4);

        List<(double Value, string Tags)> Of(string name) => seen[name];

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName)
            {
                var text = string.Join(',', tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}"));
                lock (seen)
                {
                    (seen.TryGetValue(instrument.Name, out var list) ? list : seen[instrument.Name] = []).Add((value, text));
                }
            }
        }
    }

    [Fact]
    [Trait("Rule", "MW-11")]
    [Trait("Rule", "MW-53")]
    public async Task Pass_WindowClosesInTheMiddle_PoolIsAtRestAndAPersonNeedNotWait()
    {
        var world = new Installation();
        await world.CreateAsync(("apps", 4));
        await world.RunAsync(Duration.FromHours(1));
        var times = new MaintenanceWindow(new Schedule.Daily(1), 4, new LocalTime(0, 0), Offset.Zero, new LocalDate(2026, 1, 1), []);
        world.Spec = s => s with { Window = new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, times) };
        world.Clock.MoveTo(Installation.Start + Duration.FromMinutes((4 * 60) - 12));
        world.Release(Installation.New);
        await world.NudgeAsync();
        await world.RunAsync(Duration.FromHours(1));
        var automatic = world.Store.Operations.Single(o => o.Kind == OperationKind.AutomaticUpgrade);
        (automatic.Status, world.PoolStatus("apps").RolloutAtRest, world.PoolStatus("apps").ProvisioningState).ShouldBe((OperationStatus.InProgress, true, ProvisioningState.Succeeded));
        world.PoolStatus("apps").NodesBehind.ShouldBeInRange(1, 3);

        var id = await world.AskAsync(OperationKind.UpgradeNodeImage, "apps");
        await world.RunAsync(Duration.FromHours(2));

        (world.Operation(id).Status, world.Operation(automatic.Id).Status).ShouldBe((OperationStatus.Succeeded, OperationStatus.Canceled));
        (world.PoolStatus("apps").RolloutAtRest, world.PoolStatus("apps").NodeImageVersion).ShouldBe((false, Installation.New));
    }

    [Fact]
    public async Task Explain_ClusterAtItsTarget_SaysSoOfEveryNode()
    {
        var world = new Installation();
        var queries = new ClusterQueries(world.Store, world, world.Host, world, world.Clock);
        (await queries.ExplainAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldBeNull();
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(1));

        var explained = (await queries.ExplainAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull();

        explained.Nodes.Count.ShouldBe(2);
        explained.Nodes.Values.ShouldAllBe(n => n.Status == NodeStatus.Current);
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    public async Task Explain_PausedCluster_SaysWhoPausedIt()
    {
        var world = new Installation();
        var queries = new ClusterQueries(world.Store, world, world.Host, world, world.Clock);
        await world.CreateAsync(("apps", 2));
        await world.RunAsync(Duration.FromHours(1));
        world.Spec = s => s with { Pause = new Pause("anna", Installation.Start, "freeze") };
        world.Release(Installation.New);

        var explained = (await queries.ExplainAsync(Installation.Key, TestContext.Current.CancellationToken)).ShouldNotBeNull();

        explained.Nodes.Values.ShouldAllBe(n => n.Reasons[0].Code == ReasonCode.Paused && n.Reasons[0].Message.Contains("anna"));
    }

    private static RolloutRecord Ended(RolloutPhase phase) => Record with { Phase = phase, EndedAt = phase == RolloutPhase.Running ? null : Installation.Start + Duration.FromHours(1) };

    private static NodeOutcome Outcome(NodeWork work) => new() { Result = NodeResult.Upgraded, Work = work, StartedAt = Installation.Start, EndedAt = Installation.Start, From = Installation.Old };
}
