using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Clusters;
using NodaTime;
using Shouldly;
using Xunit;
using TestObjects = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

public sealed class NodePatchTests
{
    private static readonly CordonMark Mark = new("apps-1", "Upgrading", Instant.FromUtc(2026, 11, 25, 1, 2), WasUnschedulable: false);

    private static readonly NodeOrder Order = new() { Id = "apps-1.n1", Mode = OrderMode.Live, Level = PatchLevel.OfDate(new LocalDate(2026, 11, 20)), Epoch = 3 };

    [Fact]
    [Trait("Rule", "UP-8")]
    [Trait("Rule", "UP-155")]
    public void Patch_TakingANodeOver_IsCordonMarkAndAnnotationsAtOnce() =>
        Patch(Node(), new NodeUpdate { Unschedulable = true, Mark = Mark, ScaleDownDisabled = true }).ShouldBe("""
            {"metadata":{"resourceVersion":"7","annotations":{"imago.dev/cordon":"{\"rollout\":\"apps-1\",\"reason\":\"Upgrading\",\"since\":\"2026-11-25T01:02:00Z\",\"wasUnschedulable\":false}","cluster-autoscaler.kubernetes.io/scale-down-disabled":"true","kubernetes.azure.com/azure-cluster-autoscaler-scale-down-disabled-reason":"upgrade"}},"spec":{"unschedulable":true}}
            """.Trim());

    [Fact]
    [Trait("Rule", "UP-8")]
    [Trait("Rule", "UP-155")]
    public void Patch_HandingANodeBack_TakesAwayWhatWasPutOn() =>
        Patch(Taken(), new NodeUpdate { Unschedulable = false, RemoveMark = true, ScaleDownDisabled = false }).ShouldBe("""
            {"metadata":{"resourceVersion":"7","annotations":{"imago.dev/cordon":null,"kubernetes.azure.com/azure-cluster-autoscaler-scale-down-disabled-reason":null,"cluster-autoscaler.kubernetes.io/scale-down-disabled":null}},"spec":{"unschedulable":null}}
            """.Trim());

    [Fact]
    [Trait("Rule", "UP-8")]
    public void Patch_SomebodyElseHadDisabledScalingDown_TheirsIsThereAfterwards()
    {
        var theirs = Node(n => n["metadata"]!["annotations"]![OwnMarks.ScaleDownDisabled] = "true");
        var taken = Merge(theirs, new NodeUpdate { ScaleDownDisabled = true });
        Read(taken).ScaleDownDisabled.ShouldBeTrue();

        var back = Merge(taken, new NodeUpdate { ScaleDownDisabled = false });
        back["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).ShouldBe(theirs["metadata"]!["annotations"]!.AsObject().Select(a => a.Key), ignoreOrder: true);
        back["metadata"]!["annotations"]![OwnMarks.ScaleDownDisabled]!.GetValue<string>().ShouldBe("true");
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Patch_Steering_KeepsEverybodysTaints()
    {
        var node = Node(n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"gpu","value":"yes","effect":"NoSchedule"},{"key":"x","effect":"NoExecute","timeAdded":"2026-11-20T00:00:00Z"}]"""));
        Patch(node, new NodeUpdate { SteeredAway = true }).ShouldBe("""
            {"metadata":{"resourceVersion":"7"},"spec":{"taints":[{"key":"gpu","effect":"NoSchedule","value":"yes"},{"key":"x","effect":"NoExecute","timeAdded":"2026-11-20T00:00:00Z"},{"key":"imago.dev/upgrade-pending","effect":"PreferNoSchedule"}]}}
            """.Trim());

        var steered = Merge(node, new NodeUpdate { SteeredAway = true });
        Merge(steered, new NodeUpdate { SteeredAway = false })["spec"]!["taints"]!.AsArray().Select(t => t!["key"]!.GetValue<string>()).ShouldBe(["gpu", "x"]);
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Patch_LastTaintIsOurs_TakesTheListAway() =>
        Patch(Merge(Node(), new NodeUpdate { SteeredAway = true }), new NodeUpdate { SteeredAway = false }).ShouldBe("""{"metadata":{"resourceVersion":"7"},"spec":{"taints":null}}""");

    [Fact]
    [Trait("Rule", "IM-16")]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "UP-7")]
    public void Patch_QuarantineAndLevel_TouchNoOtherLabel() =>
        Patch(Node(), new NodeUpdate { Quarantined = true, DesiredLevel = PatchLevel.OfDate(new LocalDate(2026, 11, 20)) }).ShouldBe("""
            {"metadata":{"resourceVersion":"7","annotations":{"kubernetes.azure.com/live-patching-golden-timestamp":"20261120T000000Z"},"labels":{"kubernetes.azure.com/upgrade-status":"Quarantined"}}}
            """.Trim());

    [Fact]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "NM-18")]
    public void Patch_Order_IsOnePatchWithLevelAndUpdater() =>
        Patch(Node(), new NodeUpdate { DesiredLevel = Order.Level, Order = Order, Updater = OsUpdater.Imago }).ShouldBe("""
            {"metadata":{"resourceVersion":"7","annotations":{"kubernetes.azure.com/live-patching-golden-timestamp":"20261120T000000Z","imago.dev/node-os-order":"{\"id\":\"apps-1.n1\",\"mode\":\"live\",\"content\":\"security\",\"level\":\"20261120T000000Z\",\"epoch\":3}","imago.dev/node-os-updater":"imago"}}}
            """.Trim());

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Patch_RemovingAnOrder_TakesNothingElseAway() =>
        Patch(Merge(Node(), new NodeUpdate { Order = Order }), new NodeUpdate { RemoveOrder = true }).ShouldBe("""{"metadata":{"resourceVersion":"7","annotations":{"imago.dev/node-os-order":null}}}""");

    [Theory]
    [InlineData(null, new[] { "gpu", NodeLabels.SteeringTaint })]
    [InlineData(false, new[] { "gpu" })]
    [InlineData(true, new[] { "gpu", NodeLabels.SteeringTaint })]
    [Trait("Rule", "CH-37")]
    [Trait("Rule", "UP-156")]
    public void Patch_NodeIsPatched_TaintOfNewcomersGoesAndOthersStay(bool? steered, string[] left)
    {
        var node = Node(n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"gpu","effect":"NoSchedule"},{"key":"imago.dev/not-patched","effect":"NoSchedule"},{"key":"imago.dev/upgrade-pending","effect":"PreferNoSchedule"}]"""));

        var after = Merge(node, new NodeUpdate { RemoveNotPatchedTaint = true, SteeredAway = steered });

        after["spec"]!["taints"]!.AsArray().Select(t => t!["key"]!.GetValue<string>()).ShouldBe(left);
        Read(after).NotPatchedYet.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "NM-18")]
    [Trait("Rule", "UP-155")]
    public void Forgetting_NodeWithAnAgent_TakesOrderLevelUpdaterAndTaintAndLeavesWhatTheAgentSays(bool readable)
    {
        var node = Merge(
            Node(n =>
            {
                n["metadata"]!["annotations"]![NodeAnnotations.LivePatchingCurrent] = "20261110T000000Z";
                n["metadata"]!["annotations"]![NodeAnnotations.AgentReport] = ReportText.Write(new AgentReport { Phase = AgentPhase.Idle });
                n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"imago.dev/not-patched","effect":"NoSchedule"}]""");
            }),
            new NodeUpdate { DesiredLevel = Order.Level, Order = Order, Updater = OsUpdater.Imago });
        if (!readable)
        {
            node["metadata"]!["annotations"]![NodeAnnotations.Order] = "{";
        }

        var after = Kit.Json.Merge(Copy(node), NodePatch.Forgetting(NodeReaderTests.Wire(Copy(node)), Read(node))!);

        after["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).Order(StringComparer.Ordinal)
            .ShouldBe([NodeAnnotations.AgentReport, NodeAnnotations.LivePatchingCurrent, "node.alpha.kubernetes.io/ttl"]);
        after["spec"]!["taints"].ShouldBeNull();
        NodePatch.Forgetting(NodeReaderTests.Wire(Copy(after)), Read(after)).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-34")]
    public void Forgetting_LevelThatSomebodyElseOrdered_Stays() =>
        NodePatch.Forgetting(NodeReaderTests.Wire(Node(n => n["metadata"]!["annotations"]![NodeAnnotations.LivePatchingGolden] = "20261110T000000Z")), Read(Node())).ShouldBeNull();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [Trait("Rule", "UP-155")]
    public void Forgetting_LeavesANodeAsItWasFound(bool wasUnschedulable, bool cordonedAfterwards)
    {
        var before = Node(n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"gpu","effect":"NoSchedule"}]"""));
        if (wasUnschedulable)
        {
            before["spec"]!["unschedulable"] = true;
        }

        var ours = Merge(before, new NodeUpdate { Unschedulable = true, Mark = Mark with { WasUnschedulable = wasUnschedulable }, ScaleDownDisabled = true, SteeredAway = true, Quarantined = true });
        var after = Kit.Json.Merge(ours, NodePatch.Forgetting(NodeReaderTests.Wire(Copy(ours)), Read(ours))!);
        after["metadata"]!["resourceVersion"] = before["metadata"]!["resourceVersion"]?.DeepClone();

        JsonNode.DeepEquals(after, before).ShouldBeTrue(after.ToJsonString());
        Read(after).Unschedulable.ShouldBe(cordonedAfterwards);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Forgetting_NothingOfOurs_IsNoPatch()
    {
        var theirs = Node(n =>
        {
            n["spec"]!["unschedulable"] = true;
            n["metadata"]!["labels"]![NodeLabels.UpgradeStatus] = "Quarantined";
        });

        NodePatch.Forgetting(NodeReaderTests.Wire(theirs), Read(theirs)).ShouldBeNull();
    }

    private static JsonObject Node(Action<JsonObject>? change = null)
    {
        var node = TestObjects.Node(change: change);
        _ = NodeReaderTests.Wire(node);
        return node;
    }

    private static JsonObject Taken() => Merge(Node(), new NodeUpdate { Unschedulable = true, Mark = Mark, ScaleDownDisabled = true });

    private static string Patch(JsonObject node, NodeUpdate update) => System.Text.RegularExpressions.Regex.Unescape(NodePatch.Of(NodeReaderTests.Wire(Copy(node)), update).ToJsonString().Replace("\\u0022", "\\\\\"", StringComparison.Ordinal));

    private static JsonObject Merge(JsonObject node, NodeUpdate update) => Kit.Json.Merge(Copy(node), NodePatch.Of(NodeReaderTests.Wire(Copy(node)), update));

    private static Node Read(JsonObject node) => new NodeReader(AttachedPoolRules.Of(new Attachment("k", "", null, [], null))).Read(NodeReaderTests.Wire(Copy(node)));

    private static JsonObject Copy(JsonObject node) => (JsonObject)node.DeepClone();
}
