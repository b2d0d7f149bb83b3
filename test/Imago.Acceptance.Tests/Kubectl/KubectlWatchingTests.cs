using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>What kubectl shows of the API itself, and of what changes.</summary>
public sealed class KubectlWatchingTests(KubectlFixture kubectl)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("nodes", "no", "v1", "false", "Node", "create,delete,deletecollection,get,list,patch,update,watch", "")]
    [InlineData("namespaces", "ns", "v1", "false", "Namespace", "create,delete,get,list,patch,update,watch", "")]
    [InlineData("pods", "po", "v1", "true", "Pod", "create,delete,deletecollection,get,list,patch,update,watch", "all")]
    [InlineData("deployments", "deploy", "apps/v1", "true", "Deployment", "create,delete,deletecollection,get,list,patch,update,watch", "all")]
    [InlineData("poddisruptionbudgets", "pdb", "policy/v1", "true", "PodDisruptionBudget", "create,delete,deletecollection,get,list,patch,update,watch", "")]
    public async Task ApiResources_OfAKind_HaveNamesVerbsAndCategories(params string[] row)
    {
        var lines = (await kubectl.AdminAsync("api-resources -o wide --no-headers")).MustSucceed().Out.Split('\n');

        Words(lines.Single(l => Words(l) is [var name, ..] && name == row[0])).ShouldBe(row.Where(w => w.Length > 0));
    }

    [Fact]
    public async Task GetAll_ShowsTheKindsThatAreInAll()
    {
        var shown = (await kubectl.AdminAsync("get all -A -o name")).MustSucceed().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('/')[0]).Distinct();

        shown.ShouldBeSubsetOf(["pod", "service", "daemonset.apps", "deployment.apps", "replicaset.apps", "statefulset.apps"]);
        shown.ShouldContain("deployment.apps");
    }

    [Fact]
    public async Task Nodes_Watched_ShowTheOneThatChanges()
    {
        var node = await NodeAsync();
        try
        {
            await SeesAsync("get nodes -w --no-headers", () => kubectl.AdminAsync($"cordon {node}"), l => Words(l) is [var name, "Ready,SchedulingDisabled", ..] && name == node);
        }
        finally
        {
            (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed().Out.ShouldBe($"node/{node} uncordoned\n");
        }
    }

    [Fact]
    public async Task Events_Watched_ShowWhatHappensWithItsAge()
    {
        var node = await NodeAsync();
        Words((await kubectl.AdminAsync("get events -A")).MustSucceed().Out.Split('\n')[0]).ShouldBe(["NAMESPACE", "LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
        try
        {
            await SeesAsync("get events -n default -w --no-headers", () => kubectl.AdminAsync($"cordon {node}"), l => Words(l) is [var age, "Normal", "NodeNotSchedulable", var about, ..] && IsAge(age) && about == $"node/{node}");
        }
        finally
        {
            (await kubectl.AdminAsync($"uncordon {node}")).MustSucceed().Out.ShouldBe($"node/{node} uncordoned\n");
        }

        static bool IsAge(string text) => text.Length > 1 && text[^1] is 's' or 'm' && int.TryParse(text[..^1].Split('m')[0], out _);
    }

    // Reads on until the line comes that the change makes.
    private async Task SeesAsync(string watch, Func<Task<ProgramRun>> change, Predicate<string> isIt)
    {
        using var process = await kubectl.BeginAsync(watch);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            (await process.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull();
            (await change()).MustSucceed();
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is var line && !isIt(line.ShouldNotBeNull()))
            {
                // Something else has happened, too.
            }
        }
        finally
        {
            process.Kill();
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> NodeAsync() => (await kubectl.AdminAsync("get nodes -o jsonpath={.items[0].metadata.name}")).MustSucceed().Out;
}
