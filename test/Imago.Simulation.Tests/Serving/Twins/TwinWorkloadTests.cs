using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Kit;
using Imago.Simulation.Tests.Serving.Twins.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins;

/// <summary>Controllers, budgets and namespaces that clients create, change and delete.</summary>
public sealed class TwinWorkloadTests
{
    [Fact]
    public async Task Deployment_Created_MakesReadyPodsThroughAReplicaSet()
    {
        var server = await WithWebAsync(3);

        (await server.PodsAsync("default/web-")).ShouldAllBe(p => p["status"]!["phase"]!.GetValue<string>() == "Running");
        var set = (await server.ListAsync(TwinKind.ReplicaSets)).Items.Single(s => s.Key.Name.StartsWith("web-", StringComparison.Ordinal)).Render();
        set["spec"]!["template"]!["metadata"]!["labels"]!["pod-template-hash"].ShouldNotBeNull();
        var deployment = await server.GetAsync(TwinKind.Deployments, "default/web");
        deployment["status"]!["readyReplicas"]!.GetValue<int>().ShouldBe(3);
        deployment["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.GetValue<string>().ShouldBe("1");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Deployment_Scaled_HasAsManyPodsAsAskedFor(int replicas)
    {
        var server = await WithWebAsync(3);

        TwinServer.Done(await server.ScaleAsync(TwinKind.Deployments, "default/web", replicas));
        server.Pass(Duration.FromMinutes(2));

        (await server.PodsAsync("default/web-")).Count.ShouldBe(replicas);
        (await server.GetAsync(TwinKind.Deployments, "default/web"))["metadata"]!["generation"]!.GetValue<long>().ShouldBe(2);
    }

    [Fact]
    public async Task Deployment_OtherTemplate_IsReplacedStepByStepAndNeverMissesMoreThanAQuarter()
    {
        var server = await WithWebAsync(4);

        await server.EditedAsync(TwinKind.Deployments, "default/web", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/app:2");
        var least = 4;
        for (var i = 0; i < 300; i++)
        {
            server.Pass(Duration.FromSeconds(1));
            var status = (await server.GetAsync(TwinKind.Deployments, "default/web"))["status"]!;
            least = Math.Min(least, status["readyReplicas"]?.GetValue<int>() ?? 0);
        }

        least.ShouldBe(3);
        var pods = await server.PodsAsync("default/web-");
        pods.Count.ShouldBe(4);
        pods.ShouldAllBe(p => p["spec"]!["containers"]![0]!["image"]!.GetValue<string>() == "registry.example/app:2");
        var deployment = await server.GetAsync(TwinKind.Deployments, "default/web");
        deployment["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.GetValue<string>().ShouldBe("2");
        deployment["status"]!["updatedReplicas"]!.GetValue<int>().ShouldBe(4);
    }

    [Fact]
    public async Task Deployment_BackToAFormerTemplate_UsesItsReplicaSetAgain()
    {
        var server = await WithWebAsync(2);
        foreach (var image in (string[])["registry.example/app:2", "registry.example/app:1"])
        {
            await server.EditedAsync(TwinKind.Deployments, "default/web", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image);
            server.Pass(Duration.FromMinutes(5));
            server.Kill();
        }

        (await server.ListAsync(TwinKind.ReplicaSets)).Items.Count(s => s.Key.Name.StartsWith("web-", StringComparison.Ordinal)).ShouldBe(2);
        (await server.PodsAsync("default/web-")).Select(p => p["spec"]!["containers"]![0]!["image"]!.GetValue<string>()).ShouldBe(["registry.example/app:1", "registry.example/app:1"]);
        (await server.GetAsync(TwinKind.Deployments, "default/web"))["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]!.GetValue<string>().ShouldBe("3");
    }

    [Fact]
    public async Task Deployment_OfTheSample_IsChangedAsIfSomebodyHadWrittenIt()
    {
        var server = await TwinServer.StartAsync(workloads: SampleWorkloads.Sample);

        await server.EditedAsync(TwinKind.Deployments, "default/web", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/web:2");
        server.Pass(Duration.FromMinutes(10));

        (await server.PodsAsync("default/web-")).Select(p => p["spec"]!["containers"]![0]!["image"]!.GetValue<string>()).ShouldBe(Enumerable.Repeat("registry.example/web:2", 4));
    }

    [Fact]
    public async Task Deployment_Deleted_TakesReplicaSetsAndPodsAlong()
    {
        var server = await WithWebAsync(3);

        TwinServer.Done(await server.DeleteAsync(TwinKind.Deployments, "default/web"));
        server.Pass(Duration.FromMinutes(2));

        (await server.ListAsync(TwinKind.ReplicaSets)).Items.ShouldNotContain(s => s.Key.Name.StartsWith("web-", StringComparison.Ordinal));
        (await server.PodsAsync("default/web-")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deployment_DeletedLeavingOrphans_LeavesItsPods()
    {
        var server = await WithWebAsync(2);

        TwinServer.Done(await server.DeleteAsync(TwinKind.Deployments, "default/web", new DeletionAsked(Propagation: "Orphan")));
        server.Pass(Duration.FromMinutes(2));

        var pods = await server.PodsAsync("default/web-");
        pods.Count.ShouldBe(2);
        pods.ShouldAllBe(p => p["metadata"]!["ownerReferences"] == null);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Deployment_ItsReplicaSetDeleted_HasItAgainAndScales(int replicas)
    {
        var server = await WithWebAsync(2);
        TwinServer.Done(await server.ScaleAsync(TwinKind.Deployments, "default/web", replicas));
        server.Pass(Duration.FromMinutes(2));

        TwinServer.Done(await server.DeleteAsync(TwinKind.ReplicaSets, $"default/{(await SetsAsync(server)).Single()}"));
        server.Pass(Duration.FromMinutes(2));
        server.Kill();
        TwinServer.Done(await server.ScaleAsync(TwinKind.Deployments, "default/web", 3));
        server.Pass(Duration.FromMinutes(2));

        (await SetsAsync(server)).Count.ShouldBe(1);
        (await server.PodsAsync("default/web-")).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deployment_OneReplicaSetDeletedWhileItRolls_EndsWithPodsOfTheNewTemplate(bool newest)
    {
        var server = await WithWebAsync(4);
        var former = (await SetsAsync(server)).Single();
        await server.EditedAsync(TwinKind.Deployments, "default/web", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/app:2");
        server.Pass(Duration.FromSeconds(3));

        TwinServer.Done(await server.DeleteAsync(TwinKind.ReplicaSets, $"default/{(await SetsAsync(server)).Single(s => s == former != newest)}"));
        server.Pass(Duration.FromMinutes(10));

        (await server.PodsAsync("default/web-")).Select(p => p["spec"]!["containers"]![0]!["image"]!.GetValue<string>()).ShouldBe(Enumerable.Repeat("registry.example/app:2", 4));
        (await SetsAsync(server)).Contains(former).ShouldBe(newest, "one that the Deployment does not want any more does not come back");
    }

    [Fact]
    public async Task Deployment_OtherSelector_IsRefused()
    {
        var server = await WithWebAsync(1);

        var refusal = TwinServer.Refused(await server.EditAsync(TwinKind.Deployments, "default/web", d =>
        {
            d["spec"]!["selector"]!["matchLabels"]!["tier"] = "a";
            d["spec"]!["template"]!["metadata"]!["labels"]!["tier"] = "a";
        }));

        refusal.Code.ShouldBe(422);
        refusal.Causes.ShouldHaveSingleItem().Message.ShouldEndWith("field is immutable");
    }

    [Fact]
    public async Task StatefulSet_CreatedScaledAndChanged_KeepsNamesByNumber()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.StatefulSets, Manifests.Controller("StatefulSet", "db", 3));
        server.Pass(Duration.FromMinutes(2));
        (await server.PodsAsync("default/db-")).Select(Name).ShouldBe(["db-0", "db-1", "db-2"]);

        TwinServer.Done(await server.ScaleAsync(TwinKind.StatefulSets, "default/db", 2));
        await server.EditedAsync(TwinKind.StatefulSets, "default/db", d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.example/app:2");
        server.Pass(Duration.FromMinutes(5));

        var pods = await server.PodsAsync("default/db-");
        pods.Select(Name).ShouldBe(["db-0", "db-1"]);
        pods.ShouldAllBe(p => p["spec"]!["containers"]![0]!["image"]!.GetValue<string>() == "registry.example/app:2");
    }

    [Fact]
    public async Task DaemonSet_Created_IsOnEveryNodeAlsoOnThoseThatJoin()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.DaemonSets, Manifests.Controller("DaemonSet", "agent", 0));
        server.Pass(Duration.FromMinutes(2));

        (await server.PodsAsync("default/agent-")).Select(p => p["spec"]!["nodeName"]!.GetValue<string>()).Distinct().Count().ShouldBe(3);
        (await server.GetAsync(TwinKind.DaemonSets, "default/agent"))["status"]!["desiredNumberScheduled"]!.GetValue<int>().ShouldBe(3);

        await server.Server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 4, Imago.Domain.Rollouts.Settings.PoolMode.System)));
        (await server.PodsAsync("default/agent-")).Select(p => p["spec"]!["nodeName"]!.GetValue<string>()).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Budget_CreatedChangedAndDeleted_DecidesAboutEvictions()
    {
        var server = await WithWebAsync(2);
        var pod = $"default/{Name((await server.PodsAsync("default/web-"))[0])}";
        var dry = new DeletionAsked(DryRun: true);
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("web", "web", "\"minAvailable\":2"));
        server.Pass(Duration.FromSeconds(5));
        TwinServer.Refused(await server.EvictAsync(pod, dry)).Code.ShouldBe(429);

        await server.EditedAsync(TwinKind.Budgets, "default/web", b => b["spec"]!["minAvailable"] = 1);
        server.Pass(Duration.FromSeconds(5));
        TwinServer.Done(await server.EvictAsync(pod, dry));
        (await server.GetAsync(TwinKind.Budgets, "default/web"))["status"]!["observedGeneration"]!.GetValue<long>().ShouldBe(2);
        (await server.Server.LookAsync()).View.Budgets[new ObjectKey("default", "web")].DisruptionsAllowed.ShouldBe(1);

        await server.EditedAsync(TwinKind.Budgets, "default/web", b => b["spec"]!["minAvailable"] = "100%");
        server.Pass(Duration.FromSeconds(5));
        TwinServer.Refused(await server.EvictAsync(pod, dry)).Code.ShouldBe(429);
        TwinServer.Done(await server.DeleteAsync(TwinKind.Budgets, "default/web"));
        TwinServer.Done(await server.EvictAsync(pod, dry));
        (await server.Server.LookAsync()).View.Budgets.ShouldNotContainKey(new ObjectKey("default", "web"));
    }

    [Fact]
    public async Task Budgets_TwoOverOnePod_LetNothingBeEvicted()
    {
        var server = await WithWebAsync(2);
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("a", "web", "\"maxUnavailable\":1"));
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("b", "web", "\"maxUnavailable\":1"));
        server.Pass(Duration.FromSeconds(5));

        TwinServer.Refused(await server.EvictAsync($"default/{Name((await server.PodsAsync("default/web-"))[0])}")).Code.ShouldBe(500);
    }

    [Fact]
    public async Task Pod_Relabelled_IsCoveredByOtherBudgets()
    {
        var server = await WithWebAsync(1);
        await server.CreatedAsync(TwinKind.Budgets, Manifests.Budget("web", "web", "\"minAvailable\":1"));
        server.Pass(Duration.FromSeconds(5));
        var pod = $"default/{Name((await server.PodsAsync("default/web-"))[0])}";

        await server.EditedAsync(TwinKind.Pods, pod, p => p["metadata"]!["labels"]!["app"] = "other");

        TwinServer.Done(await server.EvictAsync(pod, new DeletionAsked(DryRun: true)));
    }

    [Fact]
    public async Task Pod_Created_IsScheduledAndKeepsItsVolumes()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare"));
        server.Pass(Duration.FromMinutes(1));

        var pod = await server.GetAsync(TwinKind.Pods, "default/bare");

        pod["status"]!["phase"]!.GetValue<string>().ShouldBe("Running");
        pod["spec"]!["volumes"]![0]!["emptyDir"].ShouldNotBeNull();
        pod["status"]!["qosClass"]!.GetValue<string>().ShouldBe("BestEffort");
    }

    [Fact]
    public async Task Pod_OtherSpec_IsRefused()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare"));

        var refusal = TwinServer.Refused(await server.EditAsync(TwinKind.Pods, "default/bare", p => p["spec"]!["restartPolicy"] = "Never"));

        (refusal.Code, refusal.Causes[0].Reason).ShouldBe((422, "FieldValueForbidden"));
    }

    [Fact]
    public async Task Namespace_Deleted_IsTerminatingUntilItsPodsAreGone()
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Namespaces, Manifests.Namespace("team"));
        await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a", "team"));
        await server.CreatedAsync(TwinKind.Pods, Manifests.Pod("bare", "team"));
        server.Pass(Duration.FromMinutes(1));

        var ending = TwinServer.Done(await server.DeleteAsync(TwinKind.Namespaces, "team"));

        ending["status"]!["phase"]!.GetValue<string>().ShouldBe("Terminating");
        TwinServer.Refused(await server.CreateAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "b", "team"))).Code.ShouldBe(403);
        server.Pass(Duration.FromMinutes(2));
        (await server.TryFindAsync(TwinKind.Namespaces, "team")).ShouldBeNull();
        (await server.TryFindAsync(TwinKind.ConfigMaps, "team/a")).ShouldBeNull();
        (await server.TryFindAsync(TwinKind.Pods, "team/bare")).ShouldBeNull();
        TwinServer.Refused(await server.CreateAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "b", "team"))).Message.ShouldBe("namespaces \"team\" not found");
    }

    [Fact]
    public async Task Namespace_OfTheSystem_MayNotBeDeleted() =>
        TwinServer.Refused(await (await TwinServer.StartAsync()).DeleteAsync(TwinKind.Namespaces, "default")).Code.ShouldBe(403);

    [Fact]
    public async Task Lease_CreatedTwiceAndReplacedStale_IsRefusedInTheRecordedWords()
    {
        var server = await TwinServer.StartAsync();
        const string lease = """{"kind":"Lease","metadata":{"name":"imago","namespace":"kube-system"},"spec":{"holderIdentity":"a"}}""";
        await server.CreatedAsync(TwinKind.Leases, lease);

        TwinServer.Refused(await server.CreateAsync(TwinKind.Leases, lease)).Message.ShouldBe(Recorded.Body("raw: create lease again", "leases")["message"]!.GetValue<string>());
        TwinServer.Refused(await server.EditAsync(TwinKind.Leases, "kube-system/imago", l => l["metadata"]!["resourceVersion"] = "1")).Message
            .ShouldBe(Recorded.Body("raw: update lease with stale version", "leases")["message"]!.GetValue<string>());
        (await server.EditedAsync(TwinKind.Leases, "kube-system/imago", l => l["spec"]!["holderIdentity"] = "b"))["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("b");
    }

    [Fact]
    public async Task ConfigMap_PutAsGotten_TakesNoVersion()
    {
        var server = await TwinServer.StartAsync();
        var made = await server.CreatedAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", "a"));
        var commits = server.Server.Store.Commits;

        var same = await server.EditedAsync(TwinKind.ConfigMaps, "default/a", _ => { });

        same.ToJsonString().ShouldBe(made.ToJsonString());
        server.Server.Store.Commits.ShouldBe(commits);
    }

    [Theory]
    [InlineData("A_b", "metadata.name")]
    [InlineData("", "metadata.name")]
    public async Task Create_InvalidName_IsRefused(string name, string field) =>
        TwinServer.Refused(await (await TwinServer.StartAsync()).CreateAsync(TwinKind.ConfigMaps, Manifests.Named("ConfigMap", name))).Causes[0].Field.ShouldBe(field);

    [Fact]
    public async Task Create_SeveralProblems_AreToldAtOnce()
    {
        var server = await TwinServer.StartAsync();

        var refusal = TwinServer.Refused(await server.CreateAsync(TwinKind.Deployments, """{"metadata":{"name":"web"},"spec":{"replicas":-1,"template":{"spec":{"containers":[{}]}}}}"""));

        refusal.Causes.Select(c => c.Field).ShouldBe(["spec.selector", "spec.replicas", "spec.template.spec.containers[0].name", "spec.template.spec.containers[0].image"]);
    }

    [Fact]
    public async Task Create_WithGenerateName_NamesTheObject()
    {
        var server = await TwinServer.StartAsync();

        var made = await server.CreatedAsync(TwinKind.ConfigMaps, """{"metadata":{"generateName":"up-","namespace":"default"}}""");

        made["metadata"]!["name"]!.GetValue<string>().ShouldMatch("^up-[a-z0-9]{5}$");
    }

    private static async Task<TwinServer> WithWebAsync(int replicas)
    {
        var server = await TwinServer.StartAsync();
        await server.CreatedAsync(TwinKind.Deployments, Manifests.Deployment("web", replicas));
        server.Pass(Duration.FromMinutes(2));
        (await server.PodsAsync("default/web-")).Count.ShouldBe(replicas);
        return server;
    }

    private static async Task<IReadOnlyList<string>> SetsAsync(TwinServer server) =>
        [.. (await server.ListAsync(TwinKind.ReplicaSets)).Items.Select(s => s.Key.Name).Where(n => n.StartsWith("web-", StringComparison.Ordinal))];

    private static string Name(System.Text.Json.Nodes.JsonObject pod) => pod["metadata"]!["name"]!.GetValue<string>();
}
