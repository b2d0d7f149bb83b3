using System.Text.Json;
using Imago.Acceptance.Tests.AzureCli;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>Stock kubectl on a simulated cluster: what people type, and what they read.</summary>
[TestCaseOrderer(typeof(StoryOrder))]
public sealed class KubectlTests(KubectlFixture kubectl)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Version_OfTheServer_IsTold() => (await kubectl.AdminAsync("version -o json")).Json.GetProperty("serverVersion").GetProperty("major").GetString().ShouldBe("1");

    [Fact]
    public async Task Nodes_AsATable_HaveTheColumnsOfTheRealServer()
    {
        Words(await kubectl.AdminAsync("get nodes"), 0).ShouldBe(["NAME", "STATUS", "ROLES", "AGE", "VERSION"]);
        Lines(await kubectl.AdminAsync("get nodes --no-headers")).Count.ShouldBe(3);
        Lines(await kubectl.AdminAsync("get nodes -o wide"))[0].ShouldContain("CONTAINER-RUNTIME");
        Lines(await kubectl.AdminAsync("get nodes -L kubernetes.azure.com/node-image-version"))[1].ShouldContain("AKSUbuntu");
        Lines(await kubectl.AdminAsync("get nodes --show-labels -l kubernetes.azure.com/agentpool=apps"))[1].ShouldContain("kubernetes.azure.com/agentpool=apps");
        Lines(await kubectl.AdminAsync("get nodes -l 'kubernetes.azure.com/agentpool notin (apps)' --no-headers")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_OfAllNamespaces_IsListed()
    {
        foreach (var kind in new[] { "pods", "deploy", "rs", "ds", "sts", "pdb", "ns", "cm", "leases", "events", "sa", "svc" })
        {
            (await kubectl.AdminAsync($"get {kind} -A")).MustSucceed();
        }

        Lines(await kubectl.AdminAsync("get pods -A -o wide --chunk-size=3"))[0].ShouldContain("NOMINATED NODE");
        (await kubectl.AdminAsync("get all -A")).Out.ShouldContain("daemonset.apps/");
    }

    [Theory]
    [InlineData("describe nodes", "Allocated resources")]
    [InlineData("describe pods -n kube-system", "Controlled By:")]
    [InlineData("describe pdb -A", "Allowed disruptions:")]
    [InlineData("describe deployment web", "Replicas:")]
    [InlineData("api-resources", "poddisruptionbudgets")]
    [InlineData("api-versions", "policy/v1")]
    [InlineData("explain nodes", "FIELDS:")]
    [InlineData("explain deployment.spec.template.spec.containers", "List of containers belonging to the pod")]
    [InlineData("events -A", "LAST SEEN")]
    [InlineData("cluster-info", "is running at")]
    [InlineData("auth whoami", "imago:cluster-admins")]
    [InlineData("auth can-i delete pods", "yes")]
    [InlineData("auth can-i --list", "*.*")]
    [InlineData("rollout status deployment/web --timeout=60s", "successfully rolled out")]
    [InlineData("wait --for=condition=Ready nodes --all --timeout=60s", "condition met")]
    [InlineData("get deployment web", "4/4")]
    public async Task Question_OfARow_IsAnswered(string arguments, string words) => (await kubectl.AdminAsync(arguments)).MustSucceed().Out.ShouldContain(words);

    [Theory]
    [InlineData("get node nosuch", "Error from server (NotFound): nodes \"nosuch\" not found")]
    [InlineData("get secrets", "the server doesn't have a resource type \"secrets\"")]
    [InlineData("top nodes", "Metrics API not available")]
    [InlineData("get pods -A --field-selector spec.containers=x", "field label not supported: spec.containers")]
    public async Task Question_ThatHasNoAnswer_SaysWhy(string arguments, string words)
    {
        var run = await kubectl.AdminAsync(arguments);

        run.ExitCode.ShouldNotBe(0);
        run.Error.ShouldContain(words);
    }

    [Fact]
    public async Task Logs_SayThatNoContainersRun()
    {
        var pod = Lines(await kubectl.AdminAsync("get pods -o name"))[0];

        (await kubectl.AdminAsync($"logs {pod}")).Error.ShouldContain("the cluster is simulated");
    }

    [Fact]
    public async Task User_WhoMayLook_MayNotTouch()
    {
        (await kubectl.UserAsync("get nodes")).MustSucceed();
        var node = await NodeAsync(0);
        (await kubectl.UserAsync("auth can-i delete pods")).Out.Trim().ShouldBe("no");

        var refused = await kubectl.UserAsync($"label node {node} team=a");
        refused.ExitCode.ShouldNotBe(0, refused.ToString());
        refused.Error.ShouldContain("is forbidden: User");

        // Of cordoning, kubectl says it and ends with 0 all the same.
        (await kubectl.UserAsync($"cordon {node}")).Error.ShouldContain("is forbidden: User");
    }

    [Fact]
    public async Task Node_IsLabelledAnnotatedTaintedAndBack()
    {
        var node = await NodeAsync(0);
        (await kubectl.AdminAsync($"label node {node} team=a")).MustSucceed();
        (await kubectl.AdminAsync($"annotate node {node} note=b")).MustSucceed();
        (await kubectl.AdminAsync($"taint node {node} key=value:PreferNoSchedule")).MustSucceed();
        (await kubectl.AdminAsync($"get node {node} -o 'jsonpath={{.metadata.labels.team}} {{.metadata.annotations.note}} {{.spec.taints[0].effect}}'")).Out.ShouldBe("a b PreferNoSchedule");

        (await kubectl.AdminAsync($"label node {node} team-")).MustSucceed();
        (await kubectl.AdminAsync($"annotate node {node} note-")).MustSucceed();
        (await kubectl.AdminAsync($"taint node {node} key-")).MustSucceed();
        (await kubectl.AdminAsync($"get node {node} -o 'jsonpath={{.metadata.labels.team}}{{.spec.taints}}'")).Out.ShouldBe("");
    }

    [Theory]
    [InlineData("json", "[{\"op\":\"add\",\"path\":\"/metadata/labels/p\",\"value\":\"json\"}]")]
    [InlineData("merge", "{\"metadata\":{\"labels\":{\"p\":\"merge\"}}}")]
    [InlineData("strategic", "{\"metadata\":{\"labels\":{\"p\":\"strategic\"}}}")]
    public async Task Patch_OfEachType_ChangesTheNode(string type, string patch)
    {
        var node = await NodeAsync(1);

        (await kubectl.AdminAsync($"patch node {node} --type {type} -p '{patch}'")).MustSucceed();

        (await kubectl.AdminAsync($"get node {node} -o jsonpath={{.metadata.labels.p}}")).Out.ShouldBe(type);
    }

    [Fact]
    public async Task Watch_ShowsANodeChange()
    {
        var node = await NodeAsync(2);
        using var watch = await kubectl.BeginAsync($"get node {node} -w --no-headers");
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            (await watch.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull().ShouldContain(node);
            (await kubectl.AdminAsync($"cordon {node}")).MustSucceed();
            string? line;
            do
            {
                line = await watch.StandardOutput.ReadLineAsync(patience.Token);
            }
            while (line?.Contains("SchedulingDisabled", StringComparison.Ordinal) is false);

            line.ShouldNotBeNull();
        }
        finally
        {
            watch.Kill();
        }

        (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed();
    }

    [Fact]
    public async Task Manifest_IsAppliedChangedAndDeleted()
    {
        const string Manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: COLOR}\n";

        (await kubectl.AdminAsync("apply", Manifest.Replace("COLOR", "red", StringComparison.Ordinal))).MustSucceed().Out.ShouldContain("configmap/settings created");
        (await kubectl.AdminAsync("apply", Manifest.Replace("COLOR", "blue", StringComparison.Ordinal))).MustSucceed().Out.ShouldContain("configmap/settings configured");
        (await kubectl.AdminAsync("apply --server-side --force-conflicts", Manifest.Replace("COLOR", "green", StringComparison.Ordinal))).MustSucceed().Out.ShouldContain("serverside-applied");
        (await kubectl.AdminAsync("get cm settings -o jsonpath={.data.color}")).Out.ShouldBe("green");
        (await kubectl.AdminAsync("apply", Manifest + "dta: {}\n")).Error.ShouldContain("unknown field \"dta\"");
        (await kubectl.AdminAsync("delete cm settings")).MustSucceed().Out.ShouldContain("deleted");
    }

    [Fact]
    public async Task Deployment_IsAppliedScaledAndDeleted()
    {
        const string Manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: extra, labels: {app: extra}}
            spec:
              replicas: 1
              selector: {matchLabels: {app: extra}}
              template:
                metadata: {labels: {app: extra}}
                spec:
                  containers: [{name: main, image: registry.example/app:1}]
            """;

        (await kubectl.AdminAsync("create", Manifest)).MustSucceed();
        (await kubectl.AdminAsync("scale deployment/extra --replicas=3")).MustSucceed();
        (await kubectl.AdminAsync("rollout status deployment/extra --timeout=120s")).MustSucceed();
        (await kubectl.AdminAsync("get deployment extra -o jsonpath={.status.readyReplicas}")).Out.ShouldBe("3");
        (await kubectl.AdminAsync("delete deployment extra")).MustSucceed();
        (await kubectl.AdminAsync("wait --for=delete pods -l app=extra --timeout=120s")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Drain_MovesThePodsAwayAndUncordonTakesTheNodeBack()
    {
        var node = await NodeAsync(0);

        (await kubectl.AdminAsync($"drain {node} --ignore-daemonsets --delete-emptydir-data --timeout=150s")).MustSucceed().Out.ShouldContain("drained");

        var pods = (await kubectl.AdminAsync($"get pods -A -o json --field-selector spec.nodeName={node}")).Json.GetProperty("items");
        pods.EnumerateArray().SelectMany(p => p.GetProperty("metadata").GetProperty("ownerReferences").EnumerateArray()).Select(o => o.GetProperty("kind").GetString()).ShouldAllBe(k => k == "DaemonSet");
        Lines(await kubectl.AdminAsync($"get node {node} --no-headers"))[0].ShouldContain("SchedulingDisabled");
        (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed();
    }

    [Fact]
    public async Task Drain_AgainstABudget_SaysWhichAndGivesUp()
    {
        const string Budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: stuck}\nspec: {maxUnavailable: 0, selector: {matchLabels: {app: worker}}}\n";
        var pod = (await kubectl.AdminAsync("get pods -o json")).Json.GetProperty("items").EnumerateArray().First(p => Name(p).StartsWith("worker-", StringComparison.Ordinal));
        var labels = pod.GetProperty("metadata").GetProperty("labels").EnumerateObject().First(l => l.Name != "pod-template-hash");
        (await kubectl.AdminAsync("apply", Budget.Replace("{app: worker}", $"{{{labels.Name}: {labels.Value}}}", StringComparison.Ordinal))).MustSucceed();
        var node = pod.GetProperty("spec").GetProperty("nodeName").GetString()!;

        var run = await kubectl.AdminAsync($"drain {node} --ignore-daemonsets --delete-emptydir-data --timeout=15s");

        run.ExitCode.ShouldNotBe(0);
        run.Error.ShouldContain("Cannot evict pod as it would violate the pod's disruption budget.");
        (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed();
        (await kubectl.AdminAsync("delete pdb stuck")).MustSucceed();

        static string Name(JsonElement pod) => pod.GetProperty("metadata").GetProperty("name").GetString()!;
    }

    private async Task<string> NodeAsync(int index) => Lines(await kubectl.AdminAsync("get nodes -o name"))[index]["node/".Length..];

    private static List<string> Lines(ProgramRun run) => [.. run.MustSucceed().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static string[] Words(ProgramRun run, int line) => Lines(run)[line].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
