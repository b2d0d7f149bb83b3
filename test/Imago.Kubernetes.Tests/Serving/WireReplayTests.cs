using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

/// <summary>Recorded requests, sent to our server: what a real one answered is what ours must.</summary>
public sealed class WireReplayTests
{
    // What is told about a path or a document that a real server has and ours does too, whatever is in the cluster: word for word.
    public static TheoryData<string> Refusals =>
    [
        "kubectl get node nosuch", "raw: list with bad continue", "raw: cordon by strategic merge with stale resourceVersion", "raw: json patch with failing test",
        "raw: bad patch body", "raw: unsupported patch type", "raw: evict a pod that does not exist", "raw: evict a DaemonSet pod", "raw: unknown path", "raw: method not allowed",
        "raw: evict with wrong uid precondition", "raw: evict, budget forbids",
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refusal_OfARecordedRequest_IsWordForWordTheSame(string by)
    {
        await using var server = await RecordedCluster.StartAsync();
        server.Twin.EvictionRefusal = new TwinRefusal(
            429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.",
            [new TwinCause("DisruptionBudget", "The disruption budget admin needs 1 healthy pods and has 1 currently", null)]);
        var recorded = Wire.All.First(e => e.By.StartsWith(by.Replace("kubectl get node nosuch", "kubectl get", StringComparison.Ordinal), StringComparison.Ordinal) && e.Status >= 400);

        var (status, type, text) = await SendAsync(server, recorded);

        status.ShouldBe(recorded.Status);
        type.ShouldBe(recorded.AnsweredType);
        if (recorded.Answer is JsonValue plain)
        {
            text.ShouldBe((string)plain!);
        }
        else
        {
            JsonNode.DeepEquals(JsonNode.Parse(text), recorded.Answer).ShouldBeTrue($"{text}\n{recorded.Answer!.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("pods")]
    [InlineData("poddisruptionbudgets")]
    [InlineData("deployments")]
    [InlineData("replicasets")]
    [InlineData("daemonsets")]
    [InlineData("events")]
    public async Task Table_OfAKind_HasTheRecordedColumns(string plural)
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path.Contains($"/{plural}?", StringComparison.Ordinal) && (string?)(e.Answer as JsonObject)?["kind"] == "Table");

        var (_, type, text) = await SendAsync(server, recorded);

        type.ShouldBe(recorded.AnsweredType);
        var table = JsonNode.Parse(text)!;
        ((string?)table["apiVersion"]).ShouldBe("meta.k8s.io/v1");
        var (columns, expected) = (table["columnDefinitions"]!.AsArray(), recorded.Answer!["columnDefinitions"]!.AsArray());
        columns.Select(c => Shape(c!)).ShouldBe(expected.Select(c => Shape(c!)));

        // Descriptions are shown by nobody; those that people wrote longer than we did begin alike.
        columns.Zip(expected).ShouldAllBe(p => ((string)p.Second!["description"]!).StartsWith(((string)p.First!["description"]!).Substring(0, 20), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nodes", 4)]
    [InlineData("pods", 2)]
    [InlineData("poddisruptionbudgets", 1)]
    [InlineData("deployments", 1)]
    public async Task Table_OfRecordedObjects_HasTheRecordedCells(string plural, int least)
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path.Contains($"/{plural}?", StringComparison.Ordinal) && (string?)(e.Answer as JsonObject)?["kind"] == "Table");
        var (_, _, text) = await SendAsync(server, recorded);
        var rows = JsonNode.Parse(text)!["rows"]!.AsArray().ToDictionary(r => (string)r!["cells"]![0]!, r => r!);
        var age = recorded.Answer!["columnDefinitions"]!.AsArray().ToList().FindIndex(c => (string)c!["name"]! == "Age");

        var compared = 0;
        foreach (var expected in recorded.Answer["rows"]!.AsArray())
        {
            if (!rows.TryGetValue((string)expected!["cells"]![0]!, out var row))
            {
                // Gone in the meantime: the recording shows objects at several times.
                continue;
            }

            compared++;
            Cells(row).ShouldBe(Cells(expected));
            Names(row["object"]!).ShouldBe(Names(expected["object"]!));
            ((string?)row["object"]!["kind"]).ShouldBe("PartialObjectMetadata");
        }

        compared.ShouldBeGreaterThanOrEqualTo(least);

        // The one time of the recording is not the time of this run.
        IEnumerable<string> Cells(JsonNode row) => row["cells"]!.AsArray().Select((c, i) => i == age ? "age" : c!.ToJsonString());
    }

    [Theory]
    [InlineData("/api/v1/nodes/aks-apps-11111111-vmss000001")]
    [InlineData("/apis/policy/v1/namespaces/shop/poddisruptionbudgets/admin")]
    [InlineData("/apis/apps/v1/namespaces/shop/deployments/web")]
    public async Task Get_OfARecordedObject_AnswersItAsItIs(string path)
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path == path && e.Method == "GET" && e.Answer is JsonObject);

        var (status, type, text) = await SendAsync(server, recorded);

        (status, type).ShouldBe((200, recorded.AnsweredType));
        var answer = JsonNode.Parse(text)!.AsObject();
        answer.Select(p => p.Key).ShouldBe(recorded.Answer!.AsObject().Select(p => p.Key));
        ((string?)answer["metadata"]!["uid"]).ShouldBe((string?)recorded.Answer["metadata"]!["uid"]);
    }

    [Fact]
    public async Task List_OfMetadata_HasTheRecordedShape()
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.Find("raw: metadata-only list");

        var (_, _, text) = await SendAsync(server, recorded);

        var list = JsonNode.Parse(text)!.AsObject();
        Names(list).ShouldBe(Names(recorded.Answer!));
        Names(list["metadata"]!).ShouldBe(Names(recorded.Answer!["metadata"]!));
        ((long)list["metadata"]!["remainingItemCount"]!).ShouldBe((long)recorded.Answer["metadata"]!["remainingItemCount"]!);
        Names(list["items"]![0]!).ShouldBe(Names(recorded.Answer["items"]![0]!));
    }

    [Fact]
    public async Task List_OfObjects_SaysItsKindOnce()
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.Find("raw: list page 1 of pods");

        var (_, _, text) = await SendAsync(server, recorded);

        var list = JsonNode.Parse(text)!.AsObject();
        Names(list).ShouldBe(Names(recorded.Answer!));
        ((string?)list["kind"]).ShouldBe("PodList");
        list["items"]!.AsArray().Count.ShouldBe(3);
        Names(list["items"]![0]!).ShouldBe(Names(recorded.Answer!["items"]![0]!));
    }

    [Theory]
    [InlineData("/api?")]
    [InlineData("/apis?")]
    public async Task Discovery_Aggregated_AgreesWithTheRecordingOnWhatBothHave(string path)
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path.StartsWith(path, StringComparison.Ordinal));

        var (_, type, text) = await SendAsync(server, recorded);

        type.ShouldBe(recorded.AnsweredType);
        var (ours, theirs) = (Resources(JsonNode.Parse(text)!), Resources(recorded.Answer!));
        ours.Count.ShouldBeGreaterThan(4);
        foreach (var (name, resource) in ours)
        {
            var expected = theirs[name].DeepClone().AsObject();

            // Parts of objects that need containers, or that nobody uses here, are not served.
            if (expected["subresources"] is JsonArray parts)
            {
                var served = resource["subresources"]?.AsArray().Select(s => (string)s!["subresource"]!).ToList() ?? [];
                expected["subresources"] = new JsonArray([.. parts.Where(p => served.Contains((string)p!["subresource"]!)).Select(p => p!.DeepClone())]);
                if (served.Count == 0)
                {
                    expected.Remove("subresources");
                }
            }

            JsonNode.DeepEquals(resource, expected).ShouldBeTrue($"{resource.ToJsonString()}\n{expected.ToJsonString()}");
        }
    }

    [Fact]
    public async Task Discovery_OfTheCoreGroup_AgreesWithTheRecordingOnWhatBothHave()
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path == "/api/v1");

        var (_, _, text) = await SendAsync(server, recorded);

        var theirs = recorded.Answer!["resources"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => r!);
        foreach (var resource in JsonNode.Parse(text)!["resources"]!.AsArray())
        {
            JsonNode.DeepEquals(resource, theirs[(string)resource!["name"]!]).ShouldBeTrue(resource.ToJsonString());
        }
    }

    [Fact]
    public async Task Review_InProtobuf_IsUnderstood()
    {
        await using var server = await RecordedCluster.StartAsync();
        var recorded = Wire.All.First(e => e.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal));

        var (status, _, text) = await SendAsync(server, recorded);

        status.ShouldBe(recorded.Status);
        var review = JsonNode.Parse(text)!;
        ((string?)review["kind"]).ShouldBe("SelfSubjectAccessReview");
        review["spec"]!["resourceAttributes"]!.ToJsonString().ShouldBe("""{"verb":"create","resource":"pods","name":"eviction"}""");
        ((bool)review["status"]!["allowed"]!).ShouldBeTrue();
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(p => p.Key);

    private static string Shape(JsonNode column) => $"{column["name"]} {column["type"]} {column["format"]} {column["priority"]}";

    private static Dictionary<string, JsonNode> Resources(JsonNode discovery) =>
        discovery["items"]!.AsArray().SelectMany(i => i!["versions"]!.AsArray().SelectMany(v => v!["resources"]!.AsArray().Select(r => (Name: $"{i["metadata"]!["name"]}/{v["version"]}/{r!["resource"]}", Resource: r)))).ToDictionary(r => r.Name, r => r.Resource);

    private static async Task<(int Status, string Type, string Text)> SendAsync(TwinServer server, Exchange recorded)
    {
        var body = recorded.Body switch { null => null, JsonValue text when text.TryGetValue<string>(out var plain) => plain, var json => json.ToJsonString() };
        using var request = server.Request(recorded.Method, recorded.Path, body, recorded.ContentType ?? "application/json", recorded.Accept);
        using var answer = await server.Client.SendAsync(request);

        // As it was sent: what the client makes of a header has its own spaces.
        return ((int)answer.StatusCode, answer.Content.Headers.NonValidated["Content-Type"].ToString(), Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));
    }
}
