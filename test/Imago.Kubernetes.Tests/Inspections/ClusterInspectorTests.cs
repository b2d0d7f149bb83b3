using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Kubernetes.Inspections;
using Imago.Kubernetes.Tests.Inspections.Kit;
using Imago.Kubernetes.Tests.Providers.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Inspections;

public sealed class ClusterInspectorTests : IAsyncLifetime
{
    private ReadOnlyApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ReadOnlyApi.StartAsync();
        _api.List("/api/v1/nodes", Node("n3", "web"), Node("n1", "web"), Node("n2", "db"));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Inspect_ClusterInOrder_TellsServerVersionPoolsAndNothingBad()
    {
        var seen = await InspectAsync();

        (seen.Server.TrimEnd('/'), seen.KubernetesVersion).ShouldBe((_api.Address.ToString().TrimEnd('/'), "v1.36.2"));
        seen.Pools.Select(p => (p.Name, p.FoundBy, p.Nodes, p.Mode, p.OsType, p.OsSku, p.Architecture, p.Kubelet)).ShouldBe(
        [
            ("db", "label agentpool", 1, "User", "Linux", "Ubuntu2204", "amd64", "1.36.1"), ("web", "label agentpool", 2, "User", "Linux", "Ubuntu2204", "amd64", "1.36.1"),
        ]);
        seen.Pools[0].Zones.ShouldBe(["z1"]);
        seen.View.Nodes.Count.ShouldBe(3);
        seen.Findings.Where(f => f.Level > FindingLevel.Note).ShouldBeEmpty();
        seen.Findings.Select(f => f.Code).ShouldContain(FindingCodes.Permissions);
    }

    [Fact]
    public async Task Inspect_AnyCluster_ChangesNothingAndReadsInPages()
    {
        await InspectAsync();

        _api.Calls.Where(c => !c.StartsWith("GET", StringComparison.Ordinal)).ShouldAllBe(c => c == "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        _api.Calls.Count(c => c.StartsWith("GET /api/v1/nodes?", StringComparison.Ordinal)).ShouldBe(2);
        _api.Calls.ShouldContain(c => c.Contains("limit=500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspect_PoolsChosen_FollowsTheSelectors()
    {
        var seen = await InspectAsync(pools: [new PoolSelector("one", "agentpool in (db)")]);

        seen.Pools.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Name.ShouldBe("one"), p => p.FoundBy.ShouldBe("selector agentpool in (db)"));
        seen.Findings.Single(f => f.Code == FindingCodes.NodesNotChosen).Message.ShouldContain("2 nodes (n1, n3)");
    }

    [Fact]
    public async Task Inspect_ObjectsThatSayNothing_AreLookedAtAllTheSame()
    {
        _api.List("/api/v1/nodes", """{"metadata":{"name":"bare"}}""");
        _api.List("/apis/apps/v1/deployments", """{"metadata":{"namespace":"shop","name":"bare"}}""", """{"metadata":{"namespace":"shop","name":"hollow"},"spec":{"template":{}}}""");

        (await InspectAsync()).View.Nodes.Keys.ShouldBe(["bare"]);
    }

    [Fact]
    public async Task Inspect_SelectorThatCannotBeRead_IsAboutTheRequest()
    {
        var refused = await Should.ThrowAsync<InspectionException>(async () => await InspectAsync(pools: [new PoolSelector("one", "a b")]));
        refused.IsAboutTheRequest.ShouldBeTrue();
        refused.Message.ShouldStartWith("Pool 'one': Selector 'a b'");
    }

    [Fact]
    [Trait("Rule", "UP-80")]
    public async Task Inspect_PermissionDenied_IsAskedForInItsNamespaceAndTold()
    {
        _api.Denies = what => what is "create pods/eviction" or "update imago-system/leases" or "create default/events";

        (await InspectAsync()).Findings.Where(f => f.Code == FindingCodes.PermissionMissing).Select(f => (f.Subject, f.Level)).ShouldBe(
            [("pods/eviction", FindingLevel.Problem), ("leases.coordination.k8s.io", FindingLevel.Problem), ("events", FindingLevel.Warning)]);
    }

    [Fact]
    [Trait("Rule", "UP-77")]
    public async Task Inspect_BudgetThatCanNeverBeSatisfied_NamesTheDeployment()
    {
        _api.List("/apis/apps/v1/replicasets", """{"metadata":{"namespace":"shop","name":"web-abc","ownerReferences":[{"kind":"Deployment","name":"web","controller":true}]}}""");
        _api.List("/api/v1/pods", """{"metadata":{"namespace":"shop","name":"web-abc-1","labels":{"app":"web"},"ownerReferences":[{"kind":"ReplicaSet","name":"web-abc","controller":true}]},"spec":{"nodeName":"n1"},"status":{"phase":"Running"}}""");
        _api.List("/apis/policy/v1/poddisruptionbudgets", """{"metadata":{"namespace":"shop","name":"web"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"web"}}},"status":{"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}}""");

        (await InspectAsync()).Findings.Single(f => f.Code == FindingCodes.BudgetNeverSatisfied).Message.ShouldContain("minAvailable: 1 over 1 pod of Deployment/web");
    }

    [Fact]
    public async Task Inspect_OtherUpdaters_AreSeenInWorkloadsAndPlans()
    {
        _api.List("/apis/apps/v1/daemonsets", """{"metadata":{"namespace":"kube-system","name":"reboots"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"ghcr.io/kubereboot/kured:1.17.0"}]}}}}""");
        _api.List("/apis/upgrade.cattle.io/v1/plans", """{"metadata":{"namespace":"system-upgrade","name":"os"}}""");

        var found = (await InspectAsync()).Findings;
        found.Single(f => f.Code == FindingCodes.KuredAtWork).Message.ShouldContain("DaemonSet kube-system/reboots");
        found.Single(f => f.Code == FindingCodes.SystemUpgradeController).Message.ShouldContain("plans system-upgrade/os");
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public async Task Inspect_LeaseThatRuns_SaysWhoWorksThere()
    {
        _api.At["/apis/coordination.k8s.io/v1/namespaces/imago-system/leases/imago"] =
            System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"name":"imago"},"spec":{"holderIdentity":"server-7","leaseDurationSeconds":60,"renewTime":"2026-10-01T11:59:50.000000Z"}}""")!;

        (await InspectAsync()).Findings.Single(f => f.Code == FindingCodes.AlreadyManaged).Message.ShouldContain("'server-7'");
    }

    [Fact]
    public async Task Inspect_RecordsWithoutLease_AreLeftovers()
    {
        _api.List("/api/v1/namespaces/imago-system/configmaps", """{"metadata":{"name":"rollout-web","labels":{"imago.dev/pool":"web"}}}""");

        (await InspectAsync()).Findings.Single(f => f.Code == FindingCodes.Leftovers).Message.ShouldContain("records (web)");
    }

    [Fact]
    public async Task Inspect_NamespaceMissing_MattersOnlyToWhomMayNotMakeIt()
    {
        _api.At.Remove("/api/v1/namespaces/imago-system");
        (await InspectAsync()).Findings.ShouldNotContain(f => f.Code == FindingCodes.NamespaceMissing);
        _api.Denies = what => what == "create namespaces";
        (await InspectAsync()).Findings.ShouldContain(f => f.Code == FindingCodes.NamespaceMissing && f.Level == FindingLevel.Problem);
    }

    [Fact]
    public async Task Inspect_ClockAhead_IsMeasured()
    {
        _api.Ahead = TimeSpan.FromMinutes(5);

        (await InspectAsync()).Findings.Single(f => f.Code == FindingCodes.ClockSkew).Level.ShouldBe(FindingLevel.Problem);
    }

    [Fact]
    public async Task Inspect_NodesForbidden_StillSaysWhichPermissionIsMissing()
    {
        _api.Refused["/api/v1/nodes"] = 403;
        _api.Denies = what => what == "list nodes";

        var found = (await InspectAsync()).Findings;
        found.Single(f => f.Code == FindingCodes.PermissionMissing).Message.ShouldContain("may not list nodes");
        found.ShouldNotContain(f => f.Code == FindingCodes.NoPools);
    }

    [Fact]
    public async Task Inspect_CredentialsRefused_IsAboutTheRequest()
    {
        _api.Refused["/version"] = 401;

        var refused = await Should.ThrowAsync<InspectionException>(async () => await InspectAsync());
        refused.IsAboutTheRequest.ShouldBeTrue();
        refused.Message.ShouldContain("does not accept the credentials");
    }

    [Fact]
    public async Task Inspect_NobodyThere_IsNotAboutTheRequest()
    {
        await _api.DisposeAsync();

        var refused = await Should.ThrowAsync<InspectionException>(async () => await InspectAsync());
        refused.IsAboutTheRequest.ShouldBeFalse();
        refused.Message.ShouldContain("cannot be looked at");
    }

    [Fact]
    [Trait("Rule", "UP-80")]
    public async Task Inspect_ProviderNobodyReaches_IsAProblem()
    {
        var provider = new ProviderAccess("external", new Uri("http://127.0.0.1:9/"), "token", null);

        var seen = await InspectAsync(provider: provider);

        seen.Findings.Single(f => f.Code == FindingCodes.ProviderReachable).Level.ShouldBe(FindingLevel.Problem);
        seen.Limits.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-25")]
    public async Task Inspect_ProviderAnswers_TellsWhatItHasRoomFor()
    {
        await using var served = await Served.StartAsync(new ScriptedProvider());

        var seen = await InspectAsync(provider: new ProviderAccess("external", served.Server.Endpoint, Served.Token, null));

        seen.Limits.ShouldNotBeNull().LargestPool.ShouldBe(1000);
    }

    private ValueTask<Inspection> InspectAsync(PoolSelector[]? pools = null, ProviderAccess? provider = null) =>
        new ClusterInspector(_api.Connect, ReadOnlyApi.Clock).InspectAsync(new Attachment("", "", null, [.. pools ?? []], provider), TestContext.Current.CancellationToken);

    private static string Node(string name, string pool) => $$$$"""
        {"metadata":{"name":"{{{{name}}}}","uid":"{{{{name}}}}","resourceVersion":"1","labels":{"agentpool":"{{{{pool}}}}","kubernetes.io/arch":"amd64","topology.kubernetes.io/zone":"z1",
        "kubernetes.azure.com/node-image-version":"AKSUbuntu-2204gen2containerd-202609.15.0"}},"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1.36.1"}}}
        """;
}
