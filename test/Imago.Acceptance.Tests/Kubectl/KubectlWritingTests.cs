namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>What kubectl makes, restarts, deletes and drains; some of it by several at once.</summary>
public sealed class KubectlWritingTests(KubectlFixture kubectl)
{
    [Theory]
    [InlineData("namespace", "made", "namespace made", "namespace/made created", "jsonpath={.status.phase}", "Active")]
    [InlineData("cm", "made", "configmap made --from-literal=a=b", "configmap/made created", "jsonpath={.data.a}", "b")]
    [InlineData("sa", "made", "serviceaccount made", "serviceaccount/made created", "jsonpath={.metadata.namespace}", "default")]
    [InlineData("svc", "made", "service clusterip made --tcp=80:8080", "service/made created", "jsonpath={.spec.ports[0].targetPort}", "8080")]
    [InlineData("svc", "made", "service nodeport made --tcp=80", "service/made created", "jsonpath={.spec.type}", "NodePort")]
    [InlineData("pdb", "made", "poddisruptionbudget made --selector=app=made --min-available=50%", "poddisruptionbudget.policy/made created", "jsonpath={.spec.minAvailable}", "50%")]
    [InlineData("pdb", "made", "pdb made --selector=app=made --max-unavailable=1", "poddisruptionbudget.policy/made created", "jsonpath={.spec.maxUnavailable}", "1")]
    public async Task Create_OfAKind_MakesIt(string kind, string name, string arguments, string words, string output, string value)
    {
        try
        {
            (await kubectl.AdminAsync($"create {arguments}")).MustSucceed().Out.ShouldContain(words);

            (await kubectl.AdminAsync($"get {kind} {name} -o {output}")).MustSucceed().Out.ShouldBe(value);
            (await kubectl.AdminAsync($"create {arguments}")).Error.ShouldContain("already exists");
        }
        finally
        {
            await kubectl.AdminAsync($"delete {kind} {name} --ignore-not-found --wait=false");
        }
    }

    [Fact]
    public async Task CreateDeployment_WithReplicas_RunsThemAndRestartsThem()
    {
        (await kubectl.AdminAsync("create deployment typed --image=registry.example/app:1 --replicas=2 --port=8080")).MustSucceed().Out.ShouldContain("deployment.apps/typed created");
        (await kubectl.AdminAsync("rollout status deployment/typed --timeout=120s")).MustSucceed();
        (await kubectl.AdminAsync("get deployment typed -o jsonpath={.status.readyReplicas}")).Out.ShouldBe("2");
        var before = await PodsAsync("app=typed");

        (await kubectl.AdminAsync("rollout restart deployment/typed")).MustSucceed().Out.ShouldContain("restarted");
        (await kubectl.AdminAsync("rollout status deployment/typed --timeout=150s")).MustSucceed();

        // The new ones are there; the last old one may still be on its way out.
        await kubectl.AdminAsync($"wait --for=delete {string.Join(' ', before.Select(p => $"pod/{p}"))} --timeout=60s");
        (await kubectl.AdminAsync("get deployment typed -o jsonpath={.spec.template.metadata.annotations}")).Out.ShouldContain("kubectl.kubernetes.io/restartedAt");
        (await PodsAsync("app=typed")).Intersect(before).ShouldBeEmpty();
        (await kubectl.AdminAsync("delete deployment typed")).MustSucceed();
    }

    [Fact]
    public async Task DeletePod_ByForce_TakesItAwayAtOnce()
    {
        (await kubectl.AdminAsync("create deployment forced --image=registry.example/app:1")).MustSucceed();
        (await kubectl.AdminAsync("rollout status deployment/forced --timeout=120s")).MustSucceed();
        var pod = (await PodsAsync("app=forced")).Single();

        (await kubectl.AdminAsync($"delete pod {pod} --grace-period=0 --force")).MustSucceed().Out.ShouldContain("force deleted");

        (await kubectl.AdminAsync($"get pod {pod}")).Error.ShouldContain("NotFound");
        (await kubectl.AdminAsync("delete deployment forced")).MustSucceed();
    }

    [Fact]
    public async Task Node_WrittenBySeveralAtOnce_HasWhatEachWrote()
    {
        var node = await NodeAsync();

        var runs = await Task.WhenAll(
            kubectl.AdminAsync($"cordon {node}"), kubectl.AdminAsync($"label node {node} one=1"), kubectl.AdminAsync($"annotate node {node} two=2"),
            kubectl.AdminAsync($"taint node {node} three=3:PreferNoSchedule"), kubectl.AdminAsync($"label node {node} four=4"), kubectl.AdminAsync($"cordon {node}"));

        runs.ShouldAllBe(r => r.ExitCode == 0);
        (await kubectl.AdminAsync($"get node {node} -o 'jsonpath={{.spec.unschedulable}} {{.metadata.labels.one}} {{.metadata.annotations.two}} {{.metadata.labels.four}} {{.spec.taints[?(@.key==\"three\")].value}}'")).Out.ShouldBe("true 1 2 4 3");
        (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed();
        (await kubectl.AdminAsync($"label node {node} one- four-")).MustSucceed();
        (await kubectl.AdminAsync($"annotate node {node} two-")).MustSucceed();
        (await kubectl.AdminAsync($"taint node {node} three-")).MustSucceed();
    }

    [Fact]
    public async Task Drain_ThatDeletesInsteadOfEvicting_AsksNoBudget()
    {
        (await kubectl.AdminAsync("create deployment guarded --image=registry.example/app:1 --replicas=2")).MustSucceed();
        (await kubectl.AdminAsync("rollout status deployment/guarded --timeout=120s")).MustSucceed();
        (await kubectl.AdminAsync("create pdb guard --selector=app=guarded --max-unavailable=0")).MustSucceed();
        var node = (await kubectl.AdminAsync("get pods -l app=guarded -o jsonpath={.items[0].spec.nodeName}")).MustSucceed().Out;

        (await kubectl.AdminAsync($"drain {node} --ignore-daemonsets --delete-emptydir-data --disable-eviction --timeout=150s")).MustSucceed().Out.ShouldContain("drained");

        (await kubectl.AdminAsync($"get pods -l app=guarded -o name --field-selector spec.nodeName={node}")).Out.Trim().ShouldBe("");
        (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed();
        (await kubectl.AdminAsync("delete pdb guard")).MustSucceed();
        (await kubectl.AdminAsync("delete deployment guarded")).MustSucceed();
    }

    private async Task<List<string>> PodsAsync(string selector) =>
        [.. (await kubectl.AdminAsync($"get pods -l {selector} -o 'jsonpath={{.items[*].metadata.name}}'")).MustSucceed().Out.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private async Task<string> NodeAsync() => (await kubectl.AdminAsync("get nodes -o jsonpath={.items[0].metadata.name}")).MustSucceed().Out;
}
