using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>What clients write on nodes.</summary>
public sealed class TwinNodeTests
{
    [Fact]
    public async Task Label_ByHand_StaysAndIsWhatTheSchedulerSees()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);

        await server.EditedAsync(TwinKind.Nodes, name, n => n["metadata"]!["labels"]!["disk"] = "ssd");
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("picky").Replace("\"containers\"", "\"nodeSelector\":{\"disk\":\"ssd\"},\"containers\"", StringComparison.Ordinal));
        server.Pass(Duration.FromMinutes(1));
        server.Kill();

        (await server.FindAsync(TwinKind.Nodes, name)).Labels["disk"].ShouldBe("ssd");
        (await server.GetAsync(TwinKind.Pods, "default/picky"))["spec"]!["nodeName"]!.GetValue<string>().ShouldBe(name);
    }

    [Fact]
    [Trait("Rule", "UP-7")]
    public async Task LabelsTaintsAndAnnotations_ByHand_AreLostWhenTheNodeIsReimaged()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);
        await server.EditedAsync(TwinKind.Nodes, name, n =>
        {
            n["metadata"]!["labels"]!["disk"] = "ssd";
            n["metadata"]!["annotations"]!["note"] = "mine";
            n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "mine", ["effect"] = "NoSchedule" });
        });

        await using (var cluster = await server.Server.OpenAsync())
        {
            await cluster.Provider.BeginAsync(new ProviderRequest("r/1", ProviderVerb.Reimage, "nodepool1", name, Blue.NewImage, null, 1), Server.Cancellation);
        }

        server.Pass(Duration.FromMinutes(30));
        var node = await server.GetAsync(TwinKind.Nodes, name);
        node["metadata"]!["labels"]!["disk"].ShouldBeNull();
        node["metadata"]!["annotations"]!["note"].ShouldBeNull();
        node["spec"]!["taints"].ShouldBeNull();
        node["metadata"]!["labels"]![NodeLabels.NodeImageVersion]!.GetValue<string>().ShouldBe(Blue.NewImage);
    }

    [Fact]
    public async Task Cordon_ByAClient_IsSeenByUpgradesAsSomebodyElses()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);

        var node = await server.EditedAsync(TwinKind.Nodes, name, n => n["spec"]!["unschedulable"] = true);

        node["spec"]!["taints"]![0]!["key"]!.GetValue<string>().ShouldBe("node.kubernetes.io/unschedulable");
        var seen = (await server.Server.LookAsync()).View.Nodes[name];
        (seen.Unschedulable, seen.Mark).ShouldBe((true, null));
    }

    [Fact]
    [Trait("Rule", "UP-8")]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    [Trait("Rule", "IM-16")]
    public async Task Marks_OfUpgrades_AreReadAndWrittenAsTheyStandOnRealNodes()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);
        const string mark = """{"rollout":"r1","reason":"upgrade","since":"2026-08-10T00:00:00Z","wasUnschedulable":false}""";

        var written = await server.EditedAsync(TwinKind.Nodes, name, n =>
        {
            n["metadata"]!["annotations"]![NodeAnnotations.CordonMark] = mark;
            n["metadata"]!["annotations"]!["cluster-autoscaler.kubernetes.io/scale-down-disabled"] = "true";
            n["metadata"]!["annotations"]!["kubernetes.azure.com/azure-cluster-autoscaler-scale-down-disabled-reason"] = "upgrade";
            n["metadata"]!["labels"]![NodeLabels.UpgradeStatus] = "Quarantined";
            n["spec"]!["unschedulable"] = true;
            n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = NodeLabels.SteeringTaint, ["effect"] = "PreferNoSchedule" });
        });

        var seen = (await server.Server.LookAsync()).View.Nodes[name];
        seen.Mark.ShouldBe(new CordonMark("r1", "upgrade", Instant.FromUtc(2026, 8, 10, 0, 0), WasUnschedulable: false));
        (seen.SteeredAway, seen.ScaleDownDisabled, seen.Quarantined, seen.Unschedulable).ShouldBe((true, true, true, true));
        written["metadata"]!["annotations"]![NodeAnnotations.CordonMark]!.GetValue<string>().ShouldBe(mark);
        written["spec"]!["taints"]!.AsArray().Select(t => $"{t!["key"]}:{t["effect"]}").ShouldBe(["imago.dev/upgrade-pending:PreferNoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"]);
        await server.EditedAsync(TwinKind.Nodes, name, n =>
        {
            n["metadata"]!["annotations"] = new JsonObject();
            n["metadata"]!["labels"]!.AsObject().Remove(NodeLabels.UpgradeStatus);
            n["spec"] = new JsonObject();
        });
        var after = (await server.Server.LookAsync()).View.Nodes[name];
        (after.Mark, after.SteeredAway, after.ScaleDownDisabled, after.Quarantined, after.Unschedulable).ShouldBe((null, false, false, false, false));
    }

    [Fact]
    public async Task Replace_StaleVersion_IsAConflictInTheRecordedWords()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);
        var recorded = Recorded.Body("raw: cordon by strategic merge with stale resourceVersion", "nodes")["message"]!.GetValue<string>();

        var refusal = TwinServer.Refused(await server.EditAsync(TwinKind.Nodes, name, n => n["metadata"]!["resourceVersion"] = "5"));

        (refusal.Code, refusal.Reason).ShouldBe((409, "Conflict"));
        refusal.Message.ShouldBe(recorded.Replace("aks-apps-11111111-vmss000003", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Replace_InvalidLabel_IsRefusedInTheRecordedWords()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);
        var recorded = Recorded.Body("raw: invalid label value", "nodes");

        var refusal = TwinServer.Refused(await server.EditAsync(TwinKind.Nodes, name, n => n["metadata"]!["labels"]!["a"] = "b c!"));

        refusal.Code.ShouldBe(422);
        refusal.Message.ShouldBe(recorded["message"]!.GetValue<string>().Replace("aks-apps-11111111-vmss000003", name, StringComparison.Ordinal));
        refusal.Causes[0].Message.ShouldBe(recorded["details"]!["causes"]![0]!["message"]!.GetValue<string>());
        refusal.Causes[0].Field.ShouldBe("metadata.labels");
    }

    [Fact]
    public async Task Taint_ThatEvicts_StopsPodsThatDoNotTolerateIt()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare"));
        server.Pass(Duration.FromMinutes(1));
        var name = (await server.GetAsync(TwinKind.Pods, "default/bare"))["spec"]!["nodeName"]!.GetValue<string>();

        await server.EditedAsync(TwinKind.Nodes, name, n => n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "out", ["effect"] = "NoExecute" }));

        (await server.GetAsync(TwinKind.Pods, "default/bare"))["metadata"]!["deletionTimestamp"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Delete_Node_TakesItsPodsAlong()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);

        TwinServer.Done(await server.DeleteAsync(TwinKind.Nodes, name));

        (await server.TryFindAsync(TwinKind.Nodes, name)).ShouldBeNull();
        (await server.ListAsync(TwinKind.Pods)).Items.ShouldAllBe(p => p.Render()["spec"]!["nodeName"] == null || p.Render()["spec"]!["nodeName"]!.GetValue<string>() != name);
    }

    [Fact]
    public async Task DryRun_OfAnEdit_AnswersAndChangesNothing()
    {
        var server = await TwinServer.StartAsync();
        var name = await NameAsync(server);

        var answer = await server.EditAsync(TwinKind.Nodes, name, n => n["metadata"]!["labels"]!["disk"] = "ssd", dryRun: true);

        answer.Object.ShouldNotBeNull().Labels["disk"].ShouldBe("ssd");
        (await server.FindAsync(TwinKind.Nodes, name)).Labels.ShouldNotContainKey("disk");
    }

    [Fact]
    public async Task Cluster_ThatIsStopped_SaysSoUntilItIsStarted()
    {
        var server = await TwinServer.StartAsync();

        await server.Server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 3, PoolMode.System)) with { Running = false });
        server.Pass(Duration.FromMinutes(1));
        (await Should.ThrowAsync<ConnectionException>(server.TwinAsync)).Message.ShouldContain("is stopped");

        await server.Server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 3, PoolMode.System)));
        (await server.ListAsync(TwinKind.Nodes)).Items.Length.ShouldBe(3);
    }

    private static async Task<string> NameAsync(TwinServer server) => (await server.ListAsync(TwinKind.Nodes)).Items[0].Key.Name;
}
