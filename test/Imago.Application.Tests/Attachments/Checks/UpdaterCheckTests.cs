using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Attachments.Checks;

/// <summary>Other updaters, by what they leave behind.</summary>
public sealed class UpdaterCheckTests
{
    [Theory]
    [InlineData(FindingCodes.KuredAtWork, "kured", "x", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.KuredAtWork, "reboots", "ghcr.io/kubereboot/kured:1.17.0", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.KuredAtWork, "reboots", "localhost:5000/kured@sha256:00", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.KuredAtWork, "release-kured", "x", "app.kubernetes.io/name=kured", FindingLevel.Warning)]
    [InlineData(FindingCodes.SystemUpgradeController, "system-upgrade-controller", "x", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.KarpenterAtWork, "karp", "public.ecr.aws/karpenter/controller:1.0.0", "", FindingLevel.Note)]
    [InlineData(FindingCodes.ClusterAutoscaler, "scaler", "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.0", "", FindingLevel.Note)]
    [InlineData(FindingCodes.FlatcarUpdateOperator, "flatcar-linux-update-agent", "x", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.BottlerocketUpdateOperator, "brupop-agent", "x", "", FindingLevel.Warning)]
    [InlineData(FindingCodes.MachineConfigOperator, "machine-config-daemon", "x", "", FindingLevel.Warning)]
    public void Workload_OfAnUpdater_IsKnownByNameImageOrLabel(string code, string name, string image, string labels, FindingLevel level)
    {
        var found = (FactsKit.Healthy with { Workloads = [new SeenWorkload("DaemonSet", new ObjectKey("ops", name), [image], FactsKit.Map(labels))] }).Only(code);
        found.Level.ShouldBe(level);
        found.Message.ShouldEndWith($"Seen: DaemonSet ops/{name}.");
    }

    [Theory]
    [InlineData("not-kured-at-all", "example.com/kured-exporter:1")]
    [InlineData("web", "example.com/kured/web")]
    public void Workload_OfSomebodyElse_IsNone(string name, string image) =>
        ClusterChecks.Judge(FactsKit.Healthy with { Workloads = [new SeenWorkload("Deployment", new ObjectKey("ops", name), [image], FactsKit.Map(""))] })
            .ShouldNotContain(f => f.Code == FindingCodes.KuredAtWork);

    [Theory]
    [InlineData(FindingCodes.KuredAtWork, "agentpool=p", "weave.works/kured-most-recent-reboot-needed=2026-01-01")]
    [InlineData(FindingCodes.KuredAtWork, "agentpool=p", "kured.dev/reboot-in-progress=x")]
    [InlineData(FindingCodes.SystemUpgradeController, "plan.upgrade.cattle.io/server-plan=abc", "")]
    [InlineData(FindingCodes.KarpenterAtWork, "karpenter.sh/nodepool=general", "")]
    [InlineData(FindingCodes.BottlerocketUpdateOperator, "bottlerocket.aws/updater-interface-version=2.0.0", "")]
    [InlineData(FindingCodes.FlatcarUpdateOperator, "agentpool=p", "flatcar-linux-update.v1.flatcar-linux.net/status=idle")]
    [InlineData(FindingCodes.GkeUpgradesToo, "cloud.google.com/gke-nodepool=default-pool", "")]
    [InlineData(FindingCodes.EksUpgradesToo, "eks.amazonaws.com/nodegroup=ng", "")]
    [InlineData(FindingCodes.MachineConfigOperator, "agentpool=p", "machineconfiguration.openshift.io/currentConfig=rendered-worker-0")]
    public void Node_MarkedByAnUpdater_GivesItAway(string code, string labels, string annotations) =>
        FactsKit.Of([FactsKit.Node("a", labels, annotations)]).Only(code).Message.ShouldContain("nodes a.");

    [Theory]
    [InlineData("karpenter.sh/disruption")]
    [InlineData("karpenter.sh/disrupted")]
    public void Node_TaintedByKarpenter_GivesItAway(string taint) =>
        FactsKit.Of([FactsKit.Node("a") with { Taints = [taint] }]).Only(FindingCodes.KarpenterAtWork).Message.ShouldEndWith("Seen: taints of nodes a.");

    [Fact]
    public void Plans_OfTheUpgradeController_AreNamed() =>
        (FactsKit.Healthy with { UpgradePlans = ["system-upgrade/os"] }).Only(FindingCodes.SystemUpgradeController).Message.ShouldEndWith("Seen: plans system-upgrade/os.");

    [Theory]
    [InlineData("azure:///subscriptions/x", true)]
    [InlineData("simulated:///np1/0", false)]
    [InlineData(null, false)]
    public void Aks_LabelsOfANode_CountOnMachinesOfAzure(string? providerId, bool isAks) =>
        ClusterChecks.Judge(FactsKit.Of([FactsKit.Node("a", "kubernetes.azure.com/cluster=mc") with { ProviderId = providerId }])).Any(f => f.Code == FindingCodes.AksUpgradesToo).ShouldBe(isAks);

    [Fact]
    public void Cordon_ProtectionOfOurs_IsNoAutoscaler() =>
        ClusterChecks.Judge(FactsKit.Of([FactsKit.Node("a", annotations: "cluster-autoscaler.kubernetes.io/scale-down-disabled=true")])).ShouldNotContain(f => f.Code == FindingCodes.ClusterAutoscaler);
}
