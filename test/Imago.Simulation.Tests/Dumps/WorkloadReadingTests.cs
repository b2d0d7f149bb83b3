using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Tests.Dumps;

public class WorkloadReadingTests
{
    private const string Spec = """{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"priorityClassName":"high"}}}""";

    [Fact]
    public void ReplicaSet_OfADeployment_NamesIt()
    {
        var cluster = Read(
            DumpText.Object("Deployment", "web", Spec),
            DumpText.Object("ReplicaSet", "web-1", Spec, DumpText.OwnedBy("Deployment", "web")),
            DumpText.Object("ReplicaSet", "other-1", Spec, DumpText.OwnedBy("Rollout", "other")));
        cluster.Workloads.Select(w => (w.Kind, w.Ref.ToString(), w.Parent?.ToString(), w.Replicas)).ShouldBe(
        [
            (WorkloadKind.Deployment, "Deployment/web", null, 2),
            (WorkloadKind.ReplicaSet, "ReplicaSet/other-1", null, 2),
            (WorkloadKind.ReplicaSet, "ReplicaSet/web-1", "Deployment/web", 2),
        ]);
    }

    [Fact]
    public void ReplicaSet_WithoutReplicas_IsLeftOutAndNotInferred()
    {
        var cluster = Read(
            DumpText.Object("ReplicaSet", "old", """{"replicas":0}"""),
            DumpText.Pod("old-x", metadata: DumpText.OwnedBy("ReplicaSet", "old")));
        cluster.Workloads.ShouldBeEmpty();
    }

    [Fact]
    public void Template_WhatAdmissionAdded_IsTakenFromAPod()
    {
        var cluster = Read(
            DumpText.Object("Deployment", "web", Spec),
            DumpText.Object("ReplicaSet", "web-1", Spec, DumpText.OwnedBy("Deployment", "web")),
            DumpText.Pod(
                "web-1-a",
                """{"nodeName":"n1","priority":500,"tolerations":[{"key":"k","operator":"Exists"}],"containers":[{"resources":{"requests":{"cpu":"1"}}},{"name":"proxy","resources":{"requests":{"cpu":"100m"}}}]}""",
                DumpText.OwnedBy("ReplicaSet", "web-1")));
        cluster.Workloads.Length.ShouldBe(2);
        cluster.Workloads.ShouldAllBe(w => w.Template.Requests.MilliCpu == 1100 && w.Template.Priority == 500 && w.Template.Tolerations.Single().Key == "k");
    }

    [Fact]
    public void Controller_NotInTheDump_IsInferredFromItsPods()
    {
        var owned = DumpText.OwnedBy("CloneSet", "game");
        var cluster = Read(
            DumpText.Pod("game-b", """{"nodeName":"n1","terminationGracePeriodSeconds":2}""", owned),
            DumpText.Pod("game-a", """{"nodeName":"n1","terminationGracePeriodSeconds":1}""", owned),
            DumpText.Pod("game-c", metadata: owned, status: """{"phase":"Failed"}"""),
            DumpText.Pod("game-d", metadata: """{"deletionTimestamp":"2026-01-01T00:00:00Z","ownerReferences":[{"kind":"CloneSet","name":"game","controller":true}]}"""));
        var workload = cluster.Workloads.ShouldHaveSingleItem();
        (workload.Kind, workload.Ref.ToString(), workload.Namespace, workload.Replicas).ShouldBe((WorkloadKind.Inferred, "CloneSet/game", "shop", 2));
        workload.Template.GracePeriod.ShouldBe(Duration.FromSeconds(1));
        cluster.Assumptions.ShouldContain("Controllers that are not in the dump are taken to keep the number of pods they have: 1 controller (shop/CloneSet/game).");
    }

    [Fact]
    public void DaemonSet_NotInTheDump_IsInferredForEveryNode()
    {
        var workload = Read(DumpText.Pod(
            "cni-a",
            """{"nodeName":"n1","affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}}}""",
            DumpText.OwnedBy("DaemonSet", "cni"))).Workloads.ShouldHaveSingleItem();
        workload.Kind.ShouldBe(WorkloadKind.DaemonSet);
        workload.Template.RequiredNodeTerms.ShouldBeEmpty();
    }

    [Fact]
    public void Controller_OfAnotherApiGroup_IsNotTakenForKubernetesOwn()
    {
        var cluster = Read(
            DumpText.Object("StatefulSet", "db", """{"replicas":9}""", apiVersion: "apps.kruise.io/v1beta1"),
            DumpText.Pod("db-0", metadata: DumpText.OwnedBy("StatefulSet", "db")));
        cluster.Workloads.Select(w => (w.Kind, w.Replicas)).ShouldBe([(WorkloadKind.Inferred, 1)]);
    }

    [Theory]
    [InlineData("""{"parallelism":3}""", "{}", 3)]
    [InlineData("{}", "{}", 1)]
    [InlineData("""{"parallelism":3,"completions":4}""", """{"succeeded":2}""", 2)]
    public void Job_Replicas_AreThePodsItWantsNow(string spec, string status, int replicas) =>
        Read(DumpText.Object("Job", "j", spec, apiVersion: "batch/v1", status: status)).Workloads.Single().Replicas.ShouldBe(replicas);

    [Theory]
    [InlineData("""{"parallelism":3,"suspend":true}""", "{}")]
    [InlineData("""{"parallelism":3}""", """{"conditions":[{"type":"Complete","status":"True"}]}""")]
    [InlineData("""{"parallelism":3}""", """{"conditions":[{"type":"Failed","status":"True"}]}""")]
    [InlineData("""{"completions":2}""", """{"succeeded":2}""")]
    public void Job_ThatIsDone_IsLeftOut(string spec, string status) =>
        Read(DumpText.Object("Job", "j", spec, apiVersion: "batch/v1", status: status)).Workloads.ShouldBeEmpty();

    [Fact]
    public void StatefulSet_ClaimTemplates_AreAttachedVolumesAndPodsKeepTheirZones()
    {
        static string Volume(string name, string zone) => DumpText.Object(
            "PersistentVolume", name,
            $$"""{"csi":{"driver":"disk.csi.azure.com"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.disk.csi.azure.com/zone","operator":"In","values":["{{zone}}"]}]}]} } }""",
            apiVersion: "v1");
        static string Pod(int i) => DumpText.Pod(
            $"db-{i}", $$"""{"nodeName":"n1","volumes":[{"persistentVolumeClaim":{"claimName":"data-db-{{i}}"} }]}""", DumpText.OwnedBy("StatefulSet", "db"));
        var cluster = Read(
            DumpText.Object("StatefulSet", "db", """{"replicas":2,"volumeClaimTemplates":[{"metadata":{"name":"data"}}]}"""),
            Pod(0), Pod(1), Volume("pv-0", "z1"), Volume("pv-1", "z2"),
            DumpText.Object("PersistentVolumeClaim", "data-db-0", """{"volumeName":"pv-0"}""", apiVersion: "v1"),
            DumpText.Object("PersistentVolumeClaim", "data-db-1", """{"volumeName":"pv-1"}""", apiVersion: "v1"));
        cluster.Workloads.Single().Template.AttachedVolumes.ShouldBe(1);
        cluster.Workloads.Single().Template.VolumeZones.ShouldBeEmpty();
        cluster.Pods.Select(p => (p.Key.Name, p.Template.VolumeZones.Single(), p.Template.AttachedVolumes)).ShouldBe([("db-0", "z1", 1), ("db-1", "z2", 1)]);
    }

    [Fact]
    public void ReplicationController_PlainSelector_IsRead()
    {
        var workload = Read(DumpText.Object("ReplicationController", "rc", """{"replicas":3,"selector":{"app":"old"}}""", apiVersion: "v1")).Workloads.Single();
        workload.Kind.ShouldBe(WorkloadKind.ReplicationController);
        workload.Selector.ShouldBe(LabelSelector.OfLabels([KeyValuePair.Create("app", "old")]));
    }

    [Theory]
    [InlineData("policy/v1", """{"maxUnavailable":1}""", false)]
    [InlineData("policy/v1", """{"maxUnavailable":1,"selector":{}}""", true)]
    [InlineData("policy/v1beta1", """{"maxUnavailable":1,"selector":{}}""", false)]
    [InlineData("policy/v1", """{"selector":{"matchExpressions":[{"key":"app","operator":"Exists"},{"key":"tier","operator":"NotIn","values":["test"]}]}}""", true)]
    [InlineData("policy/v1", """{"selector":{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"app","operator":"DoesNotExist"}]}}""", false)]
    [InlineData("policy/v1", """{"selector":{"matchExpressions":[{"key":"app","operator":"Like","values":["w*"]}]}}""", false)]
    public void Budget_Selector_SelectsAsTheApiDoes(string apiVersion, string spec, bool selects) =>
        Read(DumpText.Object("PodDisruptionBudget", "b", spec, apiVersion: apiVersion)).Budgets.Single()
            .Selector.Matches(new Dictionary<string, string> { ["app"] = "web" }).ShouldBe(selects);

    [Theory]
    [InlineData("""{"minAvailable":3}""", "3", null, UnhealthyPodEvictionPolicy.IfHealthyBudget)]
    [InlineData("""{"minAvailable":"30%","unhealthyPodEvictionPolicy":"AlwaysAllow"}""", "30%", null, UnhealthyPodEvictionPolicy.AlwaysAllow)]
    [InlineData("""{"maxUnavailable":0,"unhealthyPodEvictionPolicy":"IfHealthyBudget"}""", null, "0", UnhealthyPodEvictionPolicy.IfHealthyBudget)]
    [InlineData("""{"maxUnavailable":"-1%"}""", null, null, UnhealthyPodEvictionPolicy.IfHealthyBudget)]
    public void Budget_Amounts_AreRead(string spec, string? min, string? max, UnhealthyPodEvictionPolicy policy)
    {
        var budget = Read(DumpText.Object("PodDisruptionBudget", "b", spec, apiVersion: "policy/v1")).Budgets.Single();
        (budget.MinAvailable?.ToString(), budget.MaxUnavailable?.ToString(), budget.UnhealthyPodEviction).ShouldBe((min, max, policy));
    }

    private static ClusterBlueprint Read(params string[] items) => DumpText.Read(DumpText.List([DumpText.Node("n1"), .. items])).Cluster;
}
