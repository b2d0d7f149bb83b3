using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Dumps;
using NodaTime;

namespace Imago.Simulation.Tests.Dumps;

public class PodReadingTests
{
    [Fact]
    public void Requests_InitContainersAndSidecars_CountAsTheSchedulerCounts()
    {
        // Running: 1 + 1 + sidecar 0.5 = 2.5 cores. Initialising: the init container of 3 runs beside the sidecar: 3.5. Overhead 0.1.
        var requests = Template("""
            {"nodeName":"n1","overhead":{"cpu":"100m"},
             "containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}},{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}],
             "initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}},{"resources":{"requests":{"cpu":"3","memory":"512Mi"}}}]}
            """).Requests;
        (requests.MilliCpu, requests.MemoryBytes, requests.Pods).ShouldBe((3600, 2L << 30, 1));
    }

    [Fact]
    public void Requests_InitContainerBeforeTheSidecar_DoesNotRunBesideIt() => Template("""
            {"nodeName":"n1","containers":[{"resources":{"requests":{"cpu":"1"}}}],
             "initContainers":[{"resources":{"requests":{"cpu":"2"}}},{"restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}}]}
            """).Requests.MilliCpu.ShouldBe(2000);

    [Fact]
    public void Requests_LimitWithoutRequest_IsTheRequest()
    {
        var requests = Template("""{"nodeName":"n1","containers":[{"resources":{"limits":{"cpu":"2","memory":"1Gi","nvidia.com/gpu":"1"},"requests":{"cpu":"1"}}}]}""").Requests;
        (requests.MilliCpu, requests.MemoryBytes, requests.Others["nvidia.com/gpu"]).ShouldBe((1000, 1L << 30, 1L));
    }

    [Fact]
    public void Requests_OfThePodAsAWhole_StandAboveItsContainers()
    {
        var requests = Template("""{"nodeName":"n1","resources":{"requests":{"cpu":"500m"}},"containers":[{"resources":{"requests":{"cpu":"2","memory":"1Mi"}}}]}""").Requests;
        (requests.MilliCpu, requests.MemoryBytes).ShouldBe((500, 1L << 20));
    }

    [Fact]
    public void Tolerations_AreRead() => Template("""
            {"nodeName":"n1","tolerations":[{"operator":"Exists"},{"key":"a","operator":"Equal","value":"b","effect":"NoSchedule"},{"key":"c","value":"d"},
             {"key":"e","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}
            """).Tolerations.ShouldBe(
            [
                new Toleration(null, true, null, null),
                new Toleration("a", false, "b", TaintEffect.NoSchedule),
                new Toleration("c", false, "d", null),
                new Toleration("e", true, null, TaintEffect.NoExecute),
            ]);

    [Fact]
    public void NodeAffinity_TermsExpressionsAndFields_AreRead()
    {
        var template = Template("""
            {"nodeName":"n1","nodeSelector":{"disk":"ssd"},"affinity":{"nodeAffinity":{
              "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                {"matchExpressions":[{"key":"zone","operator":"In","values":["a","b"]},{"key":"cores","operator":"Gt","values":["4"]}],
                 "matchFields":[{"key":"metadata.name","operator":"NotIn","values":["n9"]}]},
                {}]},
              "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":7,"preference":{"matchExpressions":[{"key":"x","operator":"Exists"}]}}]}}}
            """);
        template.NodeSelector.ShouldBe([KeyValuePair.Create("disk", "ssd")]);
        template.RequiredNodeTerms.Select(Write).ShouldBe(["zone In a,b; cores Gt 4; metadata.name NotIn n9", "metadata.name In "]);
        template.PreferredNodeTerms.Select(p => (p.Weight, Write(p.Term))).ShouldBe([(7, "x Exists ")]);
    }

    [Fact]
    public void PodAffinity_WithNamespaces_IsRead()
    {
        var template = Template("""
            {"nodeName":"n1","affinity":{
              "podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"}},"namespaces":["z","a"]}],
                             "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":3,"podAffinityTerm":{"topologyKey":"rack","labelSelector":{}}}]},
              "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"host","labelSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["y","x"]}]}}],
                                 "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"podAffinityTerm":{"topologyKey":"host"}}]}}}
            """);
        Write(template.RequiredAffinity.Single()).ShouldBe("app In db @ a,z by zone");
        Write(template.RequiredAntiAffinity.Single()).ShouldBe("app In x|y @ own by host");
        (template.PreferredAffinity.Single().Weight, Write(template.PreferredAffinity.Single().Term)).ShouldBe((3, "everything @ own by rack"));
        (template.PreferredAntiAffinity.Single().Weight, Write(template.PreferredAntiAffinity.Single().Term)).ShouldBe((5, "nothing @ own by host"));
    }

    [Theory]
    [InlineData("""{"matchLabels":{"team":"red"}}""", """["extra"]""", "app In db @ extra,red-1,red-2 by zone")]
    [InlineData("""{"matchLabels":{"team":"red"}}""", "[]", "app In db @ red-1,red-2 by zone")]
    [InlineData("""{"matchLabels":{"team":"none"}}""", "[]", "nothing @ own by zone")]
    [InlineData("{}", "[]", "app In db @ all by zone")]
    [InlineData("null", "[]", "app In db @ own by zone")]
    public void PodAffinity_NamespaceSelector_IsResolved(string selector, string namespaces, string expected)
    {
        var pod = WithNamespaceSelector(selector, namespaces);
        // The namespaces come after the pod, as kubectl may print them.
        var dump = DumpText.Read(DumpText.List(DumpText.Node("n1"), pod, Namespace("red-2", "red"), Namespace("blue", "blue"), Namespace("red-1", "red")));
        Write(dump.Cluster.Pods.Single().Template.RequiredAffinity.Single()).ShouldBe(expected);
        dump.Cluster.Assumptions.ShouldNotContain(a => a.Contains("namespace selector", StringComparison.Ordinal));

        static string Namespace(string name, string team) =>
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}","labels":{"team":"{{team}}"} } }""";
    }

    [Fact]
    public void PodAffinity_NamespacesNotInTheDump_CountAsAll()
    {
        var dump = DumpText.Read(DumpText.List(DumpText.Node("n1"), WithNamespaceSelector("""{"matchLabels":{"team":"red"}}""", "[]")));
        Write(dump.Cluster.Pods.Single().Template.RequiredAffinity.Single()).ShouldBe("app In db @ all by zone");
        dump.Cluster.Assumptions.ShouldContain("The dump has no namespaces; a namespace selector counts as selecting all of them: 1 pod (shop/p).");
    }

    [Fact]
    public void Spread_WithMatchLabelKeys_TakesThePodsOwnLabels()
    {
        var dump = One("""
            {"nodeName":"n1","topologySpreadConstraints":[
              {"maxSkew":2,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","minDomains":3,"labelSelector":{"matchLabels":{"app":"x"}},
               "matchLabelKeys":["pod-template-hash","absent"],"nodeTaintsPolicy":"Honor","nodeAffinityPolicy":"Ignore"},
              {"maxSkew":1,"topologyKey":"host","whenUnsatisfiable":"ScheduleAnyway","nodeTaintsPolicy":"Ignore","nodeAffinityPolicy":"Honor"}]}
            """,
            """{"labels":{"app":"x","pod-template-hash":"77"}}""");
        var spread = dump.Cluster.Pods.Single().Template.Spread;
        spread.Select(s => (s.MaxSkew, s.TopologyKey, s.Hard, s.MinDomains)).ShouldBe([(2, "zone", true, 3), (1, "host", false, null)]);
        Write(spread[0].Selector).ShouldBe("app In x & pod-template-hash In 77");
        Write(spread[1].Selector).ShouldBe("nothing");
        dump.Cluster.Assumptions.ShouldContain("A topology spread with nodeTaintsPolicy 'Honor' is treated as with 'Ignore': 1 pod (shop/p).");
        dump.Cluster.Assumptions.ShouldContain("A topology spread with nodeAffinityPolicy 'Ignore' is treated as with 'Honor': 1 pod (shop/p).");
    }

    [Fact]
    public void PodAffinity_MatchAndMismatchLabelKeys_TakeThePodsOwnLabels()
    {
        var dump = One("""
            {"nodeName":"n1","affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
              {"topologyKey":"host","labelSelector":{"matchLabels":{"app":"x"}},"matchLabelKeys":["rev"],"mismatchLabelKeys":["tenant"]}]}}}
            """,
            """{"labels":{"app":"x","rev":"2","tenant":"t"}}""");
        Write(dump.Cluster.Pods.Single().Template.RequiredAntiAffinity.Single()).ShouldBe("app In x & rev In 2 & tenant NotIn t @ own by host");
    }

    [Theory]
    [InlineData("""{"terminationGracePeriodSeconds":120}""", 120)]
    [InlineData("""{"terminationGracePeriodSeconds":0}""", 0)]
    [InlineData("{}", 30)]
    [InlineData("""{"terminationGracePeriodSeconds":-5}""", 0)]
    [InlineData("""{"terminationGracePeriodSeconds":9223372036854775807}""", 86400)]
    public void GracePeriod_IsReadAndBounded(string spec, int seconds) => Template(spec).GracePeriod.ShouldBe(Duration.FromSeconds(seconds));

    [Theory]
    [InlineData("""{"containers":[{"ports":[{"containerPort":80,"hostPort":8080},{"containerPort":81}]}]}""", new[] { 8080 })]
    [InlineData("""{"hostNetwork":true,"containers":[{"ports":[{"containerPort":9100},{"containerPort":53,"protocol":"UDP"},{"containerPort":53}]}]}""", new[] { 53, 9100 })]
    [InlineData("""{"containers":[{"ports":[{"hostPort":99999},{"hostPort":0}]}]}""", new int[0])]
    public void HostPorts_AreRead(string spec, int[] ports) => Template(spec).HostPorts.ShouldBe(ports);

    [Theory]
    [InlineData("""{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}""", "{}", PodPhase.Running, true, false)]
    [InlineData("""{"phase":"Running","conditions":[{"type":"Ready","status":"False"}]}""", "{}", PodPhase.Running, false, false)]
    [InlineData("""{"phase":"Pending"}""", "{}", PodPhase.Pending, false, false)]
    [InlineData("""{"phase":"Succeeded","conditions":[{"type":"Ready","status":"False"}]}""", "{}", PodPhase.Succeeded, false, false)]
    [InlineData("""{"phase":"Failed"}""", "{}", PodPhase.Failed, false, false)]
    [InlineData("{}", """{"deletionTimestamp":"2026-11-22T10:07:28Z"}""", PodPhase.Running, true, true)]
    public void Pod_State_IsRead(string status, string metadata, PodPhase phase, bool ready, bool terminating)
    {
        var pod = DumpText.Read(DumpText.List(DumpText.Node("n1"), DumpText.Pod("p", metadata: metadata, status: status))).Cluster.Pods.Single();
        (pod.Phase, pod.Ready, pod.Terminating).ShouldBe((phase, ready, terminating));
    }

    [Theory]
    [InlineData("""{"annotations":{"kubernetes.io/config.mirror":"abc"}}""")]
    [InlineData("""{"ownerReferences":[{"kind":"Node","name":"n1","controller":true}]}""")]
    public void StaticPod_IsAMirrorWithoutAWorkload(string metadata)
    {
        var cluster = DumpText.Read(DumpText.List(DumpText.Node("n1"), DumpText.Pod("kube-proxy-n1", metadata: metadata))).Cluster;
        cluster.Pods.Single().Mirror.ShouldBeTrue();
        cluster.Pods.Single().Owner.ShouldBeNull();
        cluster.Workloads.ShouldBeEmpty();
    }

    [Fact]
    public void Owner_ThatIsNotTheController_IsNone()
    {
        var pod = DumpText.Pod("p", metadata: """{"ownerReferences":[{"kind":"Widget","name":"w"},{"kind":"Widget","name":"v","controller":false}]}""");
        DumpText.Read(DumpText.List(DumpText.Node("n1"), pod)).Cluster.Pods.Single().Owner.ShouldBeNull();
    }

    [Fact]
    public void Pod_OnANodeThatIsNotThere_IsLeftOut()
    {
        var cluster = DumpText.Read(DumpText.List(DumpText.Node("n1"), DumpText.Pod("p", """{"nodeName":"gone"}"""), DumpText.Pod("q", "{}"))).Cluster;
        cluster.Pods.Select(p => p.Key.Name).ShouldBe(["q"]);
        cluster.Assumptions.ShouldContain("Pods on nodes that are not in the dump are left out: 1 pod (shop/p).");
    }

    [Fact]
    public void WhatIsNotModelled_IsSaidOnceWithNumberAndNames()
    {
        string[] pods = [.. Enumerable.Range(1, 5).Select(i => DumpText.Pod($"p{i}", """{"nodeName":"n1","schedulerName":"volcano","priority":1000}"""))];
        var assumptions = DumpText.Read(DumpText.List([DumpText.Node("n1", """{"agentpool":"a"}"""), .. pods,
            DumpText.Pod("gated", """{"schedulingGates":[{"name":"x"}]}"""),
            DumpText.Pod("dra", """{"resourceClaims":[{"name":"gpu"}]}""")])).Cluster.Assumptions;
        assumptions.ShouldBe(
        [
            "Pods of scheduler 'volcano' are placed by the rules of the default scheduler: 5 pods (shop/p1, shop/p2, shop/p3 and 2 more).",
            "Preemption is not modelled; a pod of higher priority waits for room like any other: 5 pods (shop/p1, shop/p2, shop/p3 and 2 more).",
            "Resource claims (dynamic resource allocation) are not modelled; every node of fitting size counts as having the devices: 1 pod (shop/dra).",
            "Running pods that do not state whether they are Ready count as Ready: 7 pods (shop/dra, shop/gated, shop/p1 and 4 more).",
            "Scheduling gates are not modelled; gated pods are placed like others: 1 pod (shop/gated).",
            "The dump has no disruption budgets (pdb); no eviction is ever refused.",
        ]);
    }

    [Theory]
    [InlineData("""{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.disk.csi.azure.com/zone","operator":"In","values":["ne-1"]}]},{"matchExpressions":[{"key":"topology.disk.csi.azure.com/zone","operator":"In","values":[""]}]}]}},"csi":{"driver":"disk.csi.azure.com"}}""", "{}", "ne-1", 1)]
    [InlineData("""{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["b","a"]}]}]}},"csi":{"driver":"ebs.csi.aws.com"}}""", "{}", "a,b", 1)]
    [InlineData("""{"awsElasticBlockStore":{}}""", """{"failure-domain.beta.kubernetes.io/zone":"a__b"}""", "a,b", 1)]
    [InlineData("""{"csi":{"driver":"file.csi.azure.com"}}""", "{}", "", 0)]
    [InlineData("""{"nfs":{"server":"x"}}""", "{}", "", 0)]
    public void Volume_Zones_BindThePod(string spec, string labels, string zones, int attached)
    {
        var template = WithVolume(spec, labels).Cluster.Pods.Single().Template;
        string.Join(",", template.VolumeZones).ShouldBe(zones);
        template.AttachedVolumes.ShouldBe(attached);
        template.RequiredNodeTerms.ShouldBeEmpty();
    }

    [Fact]
    public void Volume_OnOneNode_KeepsThePodThere()
    {
        var dump = WithVolume(
            """{"local":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["n1"]}]}]}}}""", "{}");
        dump.Cluster.Pods.Single().Template.RequiredNodeTerms.Select(Write).ShouldBe(["kubernetes.io/hostname In n1"]);
        dump.Cluster.Assumptions.ShouldContain("Volumes that exist on certain nodes only, such as local ones, keep their pods on those nodes: 1 pod (shop/p).");
    }

    [Fact]
    public void Volume_NotInTheDump_BindsToNoZone()
    {
        var dump = One("""{"nodeName":"n1","volumes":[{"name":"a","persistentVolumeClaim":{"claimName":"data"}},{"name":"b","ephemeral":{"volumeClaimTemplate":{}}},{"name":"c","emptyDir":{}}]}""");
        dump.Cluster.Pods.Single().Template.AttachedVolumes.ShouldBe(2);
        dump.Cluster.Assumptions.ShouldContain("Volumes whose claim (pvc) or volume (pv) is not in the dump bind their pods to no zone: 1 pod (shop/p).");
    }

    private static Dump WithVolume(string spec, string labels) => DumpText.Read(DumpText.List(
        DumpText.Node("n1"),
        DumpText.Pod("p", """{"nodeName":"n1","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}]}"""),
        DumpText.Object("PersistentVolumeClaim", "data", """{"volumeName":"pv-1"}""", apiVersion: "v1"),
        DumpText.Object("PersistentVolume", "pv-1", spec, metadata: $$"""{"labels":{{labels}} }""", apiVersion: "v1")));

    private static string WithNamespaceSelector(string selector, string namespaces) => DumpText.Pod("p", $$"""
        {"nodeName":"n1","affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
          {"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"} },"namespaces":{{namespaces}},"namespaceSelector":{{selector}} }]} } }
        """);

    private static PodTemplate Template(string spec) => One(spec).Cluster.Pods.Single().Template;

    private static Dump One(string spec, string metadata = "{}") => DumpText.Read(DumpText.List(DumpText.Node("n1"), DumpText.Pod("p", spec, metadata)));

    private static string Write(NodeTerm term) => string.Join("; ", term.Expressions.Select(e => $"{e.Key} {e.Operator} {string.Join(",", e.Values)}"));

    private static string Write(PodAffinityTerm term) =>
        $"{Write(term.Selector)} @ {(term.AllNamespaces ? "all" : term.Namespaces.IsEmpty ? "own" : string.Join(",", term.Namespaces))} by {term.TopologyKey}";

    private static string Write(LabelSelector selector) => selector.Equals(LabelSelector.Nothing) ? "nothing"
        : selector.Requirements.IsEmpty ? "everything"
        : string.Join(" & ", selector.Requirements.Select(r => $"{r.Key} {r.Operator} {string.Join("|", r.Values)}"));
}
