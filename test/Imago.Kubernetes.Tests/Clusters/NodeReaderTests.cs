using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using NodaTime;
using Shouldly;
using Xunit;
using TestObjects = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

public sealed class NodeReaderTests
{
    [Fact]
    [Trait("Rule", "IM-13")]
    [Trait("Rule", "IM-15")]
    public void Read_OrdinaryNode_HasPoolZoneImageAndKubelet()
    {
        var node = Read(TestObjects.Node());

        node.Pool.ShouldBe("apps");
        node.Zone.ShouldBe("north-1");
        node.Image.Text.ShouldBe("AKSUbuntu-2204gen2containerd-202407.29.0");
        node.Image.IsKnown.ShouldBeTrue();
        node.Kubelet.ShouldBe(KubernetesVersion.TryParse("1.36.2", out var version) ? version : null);
        node.CreatedAt.ShouldBe(Instant.FromUtc(2026, 11, 22, 10, 28, 55));
        (node.Ready, node.UnderPressure, node.Unschedulable, node.Mark, node.AutoProvisioned).ShouldBe((true, false, false, null, false));
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "NM-18")]
    [Trait("Rule", "CH-37")]
    public void Read_NodeWithAnAgent_HasOrderReportUpdaterAndTaint()
    {
        var level = PatchLevel.OfDate(new LocalDate(2026, 11, 20));
        var order = new NodeOrder { Id = "apps-1.n1", Mode = OrderMode.Drained, Level = level, Epoch = 3 };
        var report = new AgentReport { OrderId = "apps-1.n1", Phase = AgentPhase.AppliedPartially, Level = level, Held = [new HeldPackage("runc", "1", "2", "apt-mark hold")], System = "debian 12", Agent = "1.0" };
        var document = TestObjects.Node(change: n =>
        {
            var annotations = n["metadata"]!["annotations"]!;
            annotations[NodeAnnotations.Order] = OrderText.Write(order);
            annotations[NodeAnnotations.AgentReport] = ReportText.Write(report);
            annotations[NodeAnnotations.Updater] = "imago";
            n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = NodeLabels.NotPatchedTaint, ["effect"] = "NoSchedule" });
        });

        var node = Read(document);

        node.Order.ShouldBe(order);
        node.Agent.ShouldBe(report);
        (node.Updater, node.NotPatchedYet).ShouldBe((OsUpdater.Imago, true));
        ReferenceEquals(Read(document).Agent!.System, node.Agent!.System).ShouldBeTrue("thousands of nodes say the same");
    }

    [Fact]
    [Trait("Rule", "NM-30")]
    public void Read_OrderAndReportOfSomebodyElse_CountAsNone()
    {
        var node = Read(TestObjects.Node(change: n =>
        {
            n["metadata"]!["annotations"]![NodeAnnotations.Order] = "later";
            n["metadata"]!["annotations"]![NodeAnnotations.AgentReport] = "{}";
            n["metadata"]!["annotations"]![NodeAnnotations.Updater] = "nobody";
        }));

        (node.Order, node.Agent, node.Updater, node.NotPatchedYet).ShouldBe((null, null, null, false));
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public void Read_OrdersOfOneMoment_ShareIt()
    {
        var archive = new ArchiveState([new SuiteState(ArchivePocket.Security, "http://deb.example/security", "bookworm-security", ["main"], Instant.FromUtc(2026, 11, 20, 0, 0), new string('a', 64))]);
        Node Ordered(string id) => Read(TestObjects.Node(change: n => n["metadata"]!["annotations"]![NodeAnnotations.Order] =
            OrderText.Write(new NodeOrder { Id = id, Mode = OrderMode.Live, Level = PatchLevel.OfDate(new LocalDate(2026, 11, 20)), Archive = archive })));

        ReferenceEquals(Ordered("a").Order!.Archive, Ordered("b").Order!.Archive).ShouldBeTrue();
        Ordered("a").Order!.Archive.ShouldBe(archive);
    }

    [Fact]
    [Trait("Rule", "IM-13")]
    public void Read_NoImageLabel_TakesWhatTheOperatingSystemCallsItself() =>
        Read(TestObjects.Node(change: n => Labels(n).Remove(NodeLabels.NodeImageVersion))).Image.Text.ShouldBe("Ubuntu 22.04.4 LTS");

    [Theory]
    [InlineData("Ready", "Unknown", false, false)]
    [InlineData("Ready", "False", false, false)]
    [InlineData("DiskPressure", "True", true, true)]
    [InlineData("NetworkUnavailable", "True", true, true)]
    [InlineData("NetworkUnavailable", "Unknown", true, false)]
    [Trait("Rule", "UP-152")]
    public void Read_Conditions_UnreadIsNotTrue(string condition, string status, bool ready, bool pressed)
    {
        var node = Read(TestObjects.Node(change: n =>
        {
            var conditions = n["status"]!["conditions"]!.AsArray();
            conditions.RemoveAll(c => c!["type"]!.GetValue<string>() == condition);
            conditions.Add(new JsonObject { ["type"] = condition, ["status"] = status });
        }));

        (node.Ready, node.UnderPressure).ShouldBe((ready, pressed));
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Read_OurMark_IsReadAndACordonWithoutItIsNot()
    {
        var mark = new CordonMark("apps-1", "Upgrading", Instant.FromUtc(2026, 11, 25, 1, 2, 3) + Duration.FromTicks(7), WasUnschedulable: true);

        Read(TestObjects.Node(change: n => Cordon(n, CordonMarkText.Write(mark)))).Mark.ShouldBe(mark);
        Read(TestObjects.Node(change: n => Cordon(n, null))).ShouldSatisfyAllConditions(n => n.Unschedulable.ShouldBeTrue(), n => n.Mark.ShouldBeNull());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"rollout\":\"a\",\"since\":\"yesterday\"}")]
    [InlineData("null")]
    [Trait("Rule", "UP-155")]
    public void Read_UnreadableMark_IsOursButTheCordonStays(string text) =>
        Read(TestObjects.Node(change: n => Cordon(n, text))).Mark.ShouldNotBeNull().WasUnschedulable.ShouldBeTrue();

    [Fact]
    [Trait("Rule", "UP-8")]
    [Trait("Rule", "UP-156")]
    [Trait("Rule", "IM-16")]
    public void Read_OurOtherMarks_AreRead()
    {
        var node = Read(TestObjects.Node(change: n =>
        {
            Labels(n)[NodeLabels.UpgradeStatus] = "Quarantined";
            Annotations(n)[OwnMarks.ScaleDownDisabled] = "true";
            Annotations(n)[OwnMarks.ScaleDownReason] = "upgrade";
            n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = "imago.dev/upgrade-pending", ["effect"] = "PreferNoSchedule" });
        }));

        (node.Quarantined, node.ScaleDownDisabled, node.SteeredAway).ShouldBe((true, true, true));
    }

    [Fact]
    [Trait("Rule", "UP-8")]
    public void Read_ScaleDownDisabledBySomebodyElse_IsNotOurs() =>
        Read(TestObjects.Node(change: n => Annotations(n)[OwnMarks.ScaleDownDisabled] = "true")).ScaleDownDisabled.ShouldBeFalse();

    [Fact]
    [Trait("Rule", "IM-14")]
    [Trait("Rule", "CH-34")]
    public void Read_PatchLevels_AreRead()
    {
        var node = Read(TestObjects.Node(change: n =>
        {
            Annotations(n)[NodeAnnotations.LivePatchingGolden] = "20261120T000000Z";
            Annotations(n)[NodeAnnotations.LivePatchingCurrent] = "20261113T000000Z";
        }));

        (node.DesiredLevel?.ToString(), node.ReachedLevel?.ToString()).ShouldBe(("20261120T000000Z", "20261113T000000Z"));
    }

    [Fact]
    [Trait("Rule", "CH-89")]
    public void Read_KarpentersNode_IsAutoProvisioned() => Read(TestObjects.Node(change: n => Labels(n)["karpenter.sh/nodepool"] = "spot")).AutoProvisioned.ShouldBeTrue();

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Read_KuredIsAboutToReboot_IsPending() => Read(TestObjects.Node(change: n => Annotations(n)[RebootMarks.KuredReboot] = "2026-11-25")).RebootPending.ShouldBeTrue();

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Read_RebootRequiredCondition_IsPendingSinceItsTransition()
    {
        var node = Read(TestObjects.Node(change: n => n["status"]!["conditions"]!.AsArray().Add(
            new JsonObject { ["type"] = "RebootRequired", ["status"] = "True", ["lastTransitionTime"] = "2026-11-25T06:30:00Z" })));

        (node.RebootPending, node.RebootPendingSince).ShouldBe((true, Instant.FromUtc(2026, 11, 25, 6, 30)));
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Read_RebootRequiredConditionThatIsFalse_IsNotPending()
    {
        var node = Read(TestObjects.Node(change: n => n["status"]!["conditions"]!.AsArray().Add(
            new JsonObject { ["type"] = "RebootRequired", ["status"] = "False", ["lastTransitionTime"] = "2026-11-25T06:30:00Z" })));

        (node.RebootPending, node.RebootPendingSince).ShouldBe((false, null));
    }

    [Theory]
    [InlineData("weave.works/kured-most-recent-reboot-needed", true)]
    [InlineData("kured.dev/reboot-in-progress", true)]
    [InlineData("weave.works/cortex", false)]
    [Trait("Rule", "NM-20")]
    public void Read_AnnotationsOfKured_AreRecognised(string annotation, bool kured)
    {
        var node = Read(TestObjects.Node(change: n => Annotations(n)[annotation] = "2026-11-25T06:30:00Z"));

        (node.KuredMarked, node.RebootPending).ShouldBe((kured, false));
    }

    [Theory]
    [InlineData("4f3b1c2a-0000-4000-8000-000000000001", "4f3b1c2a-0000-4000-8000-000000000001")]
    [InlineData("", null)]
    [Trait("Rule", "CH-13")]
    public void Read_BootId_IsTheKubeletsOrUnknown(string told, string? read) =>
        Read(TestObjects.Node(change: n => n["status"]!["nodeInfo"]!["bootID"] = told)).BootId.ShouldBe(read);

    [Fact]
    public void Read_PoolsChosenBySelectors_GoByThem()
    {
        var rules = AttachedPoolRules.Of(new Attachment("k", "", null, [new PoolSelector("north", "topology.kubernetes.io/zone=north-1")], null));

        new NodeReader(rules).Read(Wire(TestObjects.Node())).Pool.ShouldBe("north");
    }

    internal static KubernetesNode Wire(JsonObject node, string name = "n1")
    {
        node["metadata"]!["name"] = name;
        node["metadata"]!["uid"] ??= $"uid-{name}";
        node["metadata"]!["resourceVersion"] ??= "7";
        return node.Deserialize(KubernetesJson.Default.KubernetesNode)!;
    }

    private static Node Read(JsonObject node) => new NodeReader(AttachedPoolRules.Of(new Attachment("k", "", null, [], null))).Read(Wire(node));

    private static JsonObject Labels(JsonObject node) => node["metadata"]!["labels"]!.AsObject();

    private static JsonObject Annotations(JsonObject node) => node["metadata"]!["annotations"]!.AsObject();

    private static void Cordon(JsonObject node, string? mark)
    {
        node["spec"]!["unschedulable"] = true;
        if (mark is not null)
        {
            Annotations(node)[NodeAnnotations.CordonMark] = mark;
        }
    }
}
