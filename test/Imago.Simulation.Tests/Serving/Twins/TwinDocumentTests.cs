using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>Objects of the world as documents.</summary>
public sealed class TwinDocumentTests
{
    private static readonly string NodeName = "aks-nodepool1-vmss000000";

    [Fact]
    public async Task Node_OfTheWorld_HasEverythingThatARecordedOneHas()
    {
        var server = await TwinServer.StartAsync();

        var node = (await server.ListAsync(TwinKind.Nodes)).Items[0].Render();

        Recorded.Members(Recorded.Body("kubectl describe node", "/api/v1/nodes/")).Except(Recorded.Members(node)).Where(m => !m.Contains(".labels.", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pod_OfAController_HasEverythingThatARecordedOneHasButMountedTokens()
    {
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Sample);

        var pod = (await server.PodsAsync("default/web-")).First();

        var recorded = Recorded.Body("raw: evict, budget forbids", "app%3Dweb")["items"]![0];
        Recorded.Members(recorded).Except(Recorded.Members(pod))
            .Where(m => !m.Contains(".labels.", StringComparison.Ordinal) && !m.Contains("olume", StringComparison.Ordinal) && !m.EndsWith(".app", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Budget_OfTheWorld_HasEverythingThatARecordedOneHas()
    {
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Sample);

        var budget = await server.GetAsync(TwinKind.Budgets, "default/api");

        var recorded = Recorded.Body("kubectl describe pdb", "poddisruptionbudgets/admin");
        Recorded.Members(recorded).Except(Recorded.Members(budget)).ShouldBe([".metadata.annotations"]);
        budget["status"]!["conditions"]![0]!["reason"]!.GetValue<string>().ShouldBe("SufficientPods");
        budget["spec"]!["minAvailable"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Owners_OfAPod_AreItsReplicaSetAndItsDeployment()
    {
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Sample);
        var pod = (await server.PodsAsync("default/web-")).First();

        var toSet = pod["metadata"]!["ownerReferences"]![0]!;
        var set = await server.GetAsync(TwinKind.ReplicaSets, $"default/{toSet["name"]}");
        var toDeployment = set["metadata"]!["ownerReferences"]![0]!;
        var deployment = await server.GetAsync(TwinKind.Deployments, $"default/{toDeployment["name"]}");

        toSet["uid"]!.GetValue<string>().ShouldBe(set["metadata"]!["uid"]!.GetValue<string>());
        toDeployment["uid"]!.GetValue<string>().ShouldBe(deployment["metadata"]!["uid"]!.GetValue<string>());
        deployment["status"]!["availableReplicas"]!.GetValue<int>().ShouldBe(4);
    }

    [Fact]
    [Trait("Rule", "IM-13")]
    [Trait("Rule", "IM-15")]
    public async Task Node_OfAPool_CarriesTheDocumentedLabels()
    {
        var server = await TwinServer.StartAsync();

        var labels = (await server.ListAsync(TwinKind.Nodes)).Items[0].Labels;

        labels[NodeLabels.NodeImageVersion].ShouldBe(Imago.Simulation.Tests.Kit.Blue.OldImage);
        labels[NodeLabels.AgentPool].ShouldBe("nodepool1");
        labels[NodeLabels.Mode].ShouldBe("system");
        labels[NodeLabels.OsSkuEffective].ShouldBe("Ubuntu2204");
        labels["kubernetes.io/os"].ShouldBe("linux");
    }

    [Fact]
    public async Task Lease_OfANode_IsRenewedWhileTheNodeIsUp()
    {
        var server = await TwinServer.StartAsync();
        var name = (await server.ListAsync(TwinKind.Nodes)).Items[0].Key.Name;

        var lease = await server.GetAsync(TwinKind.Leases, $"kube-node-lease/{name}");

        lease["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe(name);
        lease["spec"]!["renewTime"]!.GetValue<string>().ShouldEndWith(".000000Z");
    }

    [Fact]
    public async Task Namespaces_OfTheWorld_AreThoseOfEveryClusterAndOfItsPods()
    {
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Shop);

        (await server.ListAsync(TwinKind.Namespaces)).Items.Select(n => n.Key.Name).ShouldBe(["default", "kube-node-lease", "kube-public", "kube-system", "shop"]);
    }

    [Fact]
    public async Task Document_OfEveryObject_IsReadAgainAsItself()
    {
        // Whoever gets an object and puts it back changes nothing, whatever its kind.
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Shop);
        var twin = await server.TwinAsync();
        var commits = server.Server.Store.Commits;

        foreach (var kind in TwinKind.All)
        {
            foreach (var item in (await server.ListAsync(kind)).Items)
            {
                var answer = await twin.ReplaceAsync(kind.Kind, item.Render(), null, dryRun: false, TwinServer.Cancellation);
                TwinServer.Done(answer)["metadata"]!["resourceVersion"]!.GetValue<string>().ShouldBe($"{item.ResourceVersion}");
            }
        }

        server.Server.Store.Commits.ShouldBe(commits);
    }

    [Fact]
    public async Task Find_NoSuchObjectOrCluster_IsNull()
    {
        var server = await TwinServer.StartAsync();

        (await server.TryFindAsync(TwinKind.Nodes, NodeName)).ShouldBeNull();
        (await server.Twins.FindAsync("/no/such", TwinServer.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Find_AttachedCluster_IsNull()
    {
        var server = await TwinServer.StartAsync();
        server.Server.Store.Resources[$"{Server.Key}/providers/imago/attachments/default"] = server.Server.Store.Resources[Server.Key];

        (await server.Twins.FindAsync(Server.Key, TwinServer.Cancellation)).ShouldBeNull();
    }

    public static TheoryData<string, string> WithFinalizers { get; } = new()
    {
        { "v1/configmaps", Manifests.Named("ConfigMap", "a") },
        { "v1/pods", Manifests.Pod("a") },
        { "policy/v1/poddisruptionbudgets", Manifests.Budget("a", "a", "\"maxUnavailable\":1") },
        { "apps/v1/deployments", Manifests.Deployment("a", 1) },
        { "v1/namespaces", Manifests.Namespace("a") },
    };

    [Theory]
    [MemberData(nameof(WithFinalizers))]
    public async Task Finalizers_OfAnyKindThatClientsCreate_AreShownAsWritten(string kind, string manifest)
    {
        var server = await TwinServer.StartAsync();
        var document = JsonNode.Parse(manifest)!;
        document["metadata"]!["finalizers"] = new JsonArray("example.com/hold");

        var made = await server.CreatedAsync(TwinKind.Of(kind), document.ToJsonString());

        made["metadata"]!["finalizers"]!.ToJsonString().ShouldBe("[\"example.com/hold\"]");
    }
}
