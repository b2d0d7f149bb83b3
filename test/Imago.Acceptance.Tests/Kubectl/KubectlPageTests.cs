using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>The commands of the page about kubectl, one after the other, as they stand there.</summary>
public sealed class KubectlPageTests(KubectlFixture kubectl)
{
    private const string Manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page}\ndata: {a: b}\n";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Page_OfKubectl_ShowsCommandsThatWork()
    {
        var commands = (await File.ReadAllLinesAsync(Path.Combine(Clone.Root, "docs", "kubernetes", "kubectl.md"))).Where(l => l.StartsWith("kubectl ", StringComparison.Ordinal)).Select(l => l["kubectl ".Length..]).ToList();
        commands.Count.ShouldBeGreaterThan(20);
        var node = (await kubectl.AdminAsync("get nodes -o jsonpath={.items[0].metadata.name}")).MustSucceed().Out;

        foreach (var command in commands)
        {
            var pod = command.Contains("POD", StringComparison.Ordinal) ? (await kubectl.AdminAsync("get pods --field-selector status.phase=Running -o jsonpath={.items[0].metadata.name}")).MustSucceed().Out : "";
            var line = command.Replace("NODE", node, StringComparison.Ordinal).Replace("POD", pod, StringComparison.Ordinal);
            if (line.Contains(" -w", StringComparison.Ordinal))
            {
                await BeginsAsync(line);
                continue;
            }

            var isApply = line.EndsWith(" -f FILE", StringComparison.Ordinal);
            (await (isApply ? kubectl.AdminAsync(line.Replace(" -f FILE", "", StringComparison.Ordinal), Manifest) : kubectl.AdminAsync(line))).MustSucceed();
        }

        // As others expect to find it.
        (await kubectl.AdminAsync($"taint node {node} key-")).MustSucceed();
        (await kubectl.AdminAsync($"label node {node} team- a-")).MustSucceed();
        (await kubectl.AdminAsync($"annotate node {node} note-")).MustSucceed();
        (await kubectl.AdminAsync("scale deployment/web --replicas=4")).MustSucceed();
        (await kubectl.AdminAsync("rollout status deployment/web --timeout=150s")).MustSucceed();
        (await kubectl.AdminAsync("delete configmap page")).MustSucceed();
        (await kubectl.AdminAsync("delete namespace play")).MustSucceed();
    }

    private async Task BeginsAsync(string line)
    {
        using var process = await kubectl.BeginAsync(line);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            (await process.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull();
        }
        finally
        {
            process.Kill();
        }
    }
}
