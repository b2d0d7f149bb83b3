using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Tests.Conformance;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Robustness;

/// <summary>Many clients at once.</summary>
public sealed class CrowdTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Patches_OfOneObjectByManyAtOnce_AllLand()
    {
        const int Clients = 20;
        await using var server = await TwinServer.StartAsync(Cancellation);
        var node = (await NodesAsync(server))[0];

        var statuses = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            // As clients do it: a patch that lost too often against others says so, and is sent again.
            for (var attempt = 1; ; attempt++)
            {
                var status = await PatchAsync(server, node, $"crowd-{i}");
                if (status is not HttpStatusCode.Conflict || attempt == Clients)
                {
                    return status;
                }
            }
        }));

        statuses.ShouldAllBe(s => s == HttpStatusCode.OK);
        var labels = JsonNode.Parse(await server.Client.GetStringAsync(new Uri($"api/v1/nodes/{node}", UriKind.Relative), Cancellation))!["metadata"]!["labels"]!.AsObject();
        Enumerable.Range(0, Clients).Count(i => labels.ContainsKey($"crowd-{i}")).ShouldBe(Clients);
    }

    [Fact]
    public async Task Watchers_ManyAtOnce_AllSeeTheSameChange()
    {
        const int Watchers = 50;
        await using var server = await TwinServer.StartAsync(Cancellation);
        var node = (await NodesAsync(server))[0];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        var list = JsonNode.Parse(await server.Client.GetStringAsync(new Uri("api/v1/nodes", UriKind.Relative), Cancellation))!;
        var from = (string)list["metadata"]!["resourceVersion"]!;
        var streams = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ =>
            server.Client.GetStreamAsync(new Uri($"api/v1/nodes?watch=true&resourceVersion={from}&fieldSelector=metadata.name={node}", UriKind.Relative), patience.Token)));

        (await PatchAsync(server, node, "seen")).ShouldBe(HttpStatusCode.OK);
        var seen = await Task.WhenAll(streams.Select(s => SeenAsync(s, "seen", patience.Token)));

        seen.Distinct().Count().ShouldBe(1);
        seen[0].ShouldNotBeNullOrEmpty();
    }

    // The version at which the label came.
    private static async Task<string> SeenAsync(Stream stream, string label, CancellationToken cancellation)
    {
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            var about = JsonNode.Parse(line)!["object"]!["metadata"]!;
            if (about["labels"]?[label] is not null)
            {
                return (string)about["resourceVersion"]!;
            }
        }

        return "";
    }

    private static async Task<HttpStatusCode> PatchAsync(TwinServer server, string node, string label)
    {
        using var body = new StringContent("{\"metadata\":{\"labels\":{\"LABEL\":\"x\"}}}".Replace("LABEL", label, StringComparison.Ordinal), Encoding.UTF8, "application/merge-patch+json");
        using var answer = await server.Client.PatchAsync(new Uri($"api/v1/nodes/{node}", UriKind.Relative), body, Cancellation);
        return answer.StatusCode;
    }

    private static async Task<List<string>> NodesAsync(TwinServer server) =>
        [.. JsonNode.Parse(await server.Client.GetStringAsync(new Uri("api/v1/nodes", UriKind.Relative), Cancellation))!["items"]!.AsArray().Select(n => (string)n!["metadata"]!["name"]!)];
}
