using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Protobuf;
using Imago.Kubernetes.Serving.Schemas;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

/// <summary>Typed objects as kubectl and operators send them.</summary>
public sealed class ProtobufTests(ITestOutputHelper output)
{
    private const string Type = "application/vnd.kubernetes.protobuf";

    [Fact]
    public void Namespace_WithFieldsThatNobodyFilled_IsItsNameAlone()
    {
        var message = new ProtobufWriter().Message(1, ProtobufWriter.Metadata("play")).Message(2, new ProtobufWriter()).Message(3, new ProtobufWriter().Text(1, ""));

        Json(message.Sent("v1", "Namespace")).ShouldBe("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"play"}}""");
    }

    [Fact]
    public void Deployment_WithATemplate_IsRead()
    {
        var container = new ProtobufWriter().Text(1, "main").Text(2, "registry.example/app:1").Text(5, "")
            .Message(6, new ProtobufWriter().Text(1, "").Number(2, 0).Number(3, 8080).Text(4, "TCP").Text(5, ""))
            .Message(7, new ProtobufWriter().Text(1, "A").Text(2, "b"))
            .Message(8, new ProtobufWriter().Message(2, new ProtobufWriter().Text(1, "cpu").Message(2, new ProtobufWriter().Text(1, "50m"))));
        var pod = new ProtobufWriter().Message(2, container).Text(3, "").Number(4, 0).Number(11, 0)
            .Message(1, new ProtobufWriter().Text(1, "scratch").Message(2, new ProtobufWriter().Message(2, new ProtobufWriter())));
        var template = new ProtobufWriter().Message(1, ProtobufWriter.Metadata("").Entry(11, "app", "web")).Message(2, pod);
        var strategy = new ProtobufWriter().Text(1, "RollingUpdate").Message(2, new ProtobufWriter()
            .Message(1, new ProtobufWriter().Number(1, 1).Number(2, 0).Text(3, "25%"))
            .Message(2, new ProtobufWriter().Number(1, 0).Number(2, 1).Text(3, "")));
        var spec = new ProtobufWriter().Number(1, 0).Message(2, new ProtobufWriter().Entry(1, "app", "web")).Message(3, template).Message(4, strategy).Number(5, 0).Number(7, 0);
        var message = new ProtobufWriter().Message(1, ProtobufWriter.Metadata("web", "shop").Entry(11, "app", "web")).Message(2, spec).Message(3, new ProtobufWriter().Number(1, 0));

        var document = JsonNode.Parse(Json(message.Sent("apps/v1", "Deployment")))!;

        // Zero replicas and an empty volume say something; no host network and no seconds to wait do not.
        JsonNode.DeepEquals(document, JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","labels":{"app":"web"}},
             "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":1}},
              "template":{"metadata":{"labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":0,
               "containers":[{"name":"main","image":"registry.example/app:1","ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"A","value":"b"}],"resources":{"requests":{"cpu":"50m"}}}],
               "volumes":[{"name":"scratch","emptyDir":{}}]}}}}
            """)).ShouldBeTrue(document.ToJsonString());
    }

    [Fact]
    public void OtherKinds_AreReadAsTheirJsonWouldBe()
    {
        Json(new ProtobufWriter().Message(1, ProtobufWriter.Metadata("c")).Entry(2, "k", "v").Entry(2, "empty", "").Message(3, new ProtobufWriter().Text(1, "b").Delimited(2, [1, 2, 3])).Number(4, 0).Sent("v1", "ConfigMap"))
            .ShouldBe("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"v","empty":""},"binaryData":{"b":"AQID"},"immutable":false}""");
        Json(new ProtobufWriter().Message(1, ProtobufWriter.Metadata("b")).Message(2, new ProtobufWriter().Message(2, new ProtobufWriter()).Message(3, new ProtobufWriter().Number(1, 0).Number(2, 0).Text(3, ""))).Sent("policy/v1", "PodDisruptionBudget"))
            .ShouldBe("""{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"selector":{},"maxUnavailable":0}}""");
        Json(new ProtobufWriter().Message(1, ProtobufWriter.Metadata("l")).Message(2, new ProtobufWriter().Text(1, "h").Number(2, 15).Message(4, new ProtobufWriter().Number(1, 1_763_807_408).Number(2, 123_456_000))).Sent("coordination.k8s.io/v1", "Lease"))
            .ShouldBe("""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l"},"spec":{"holderIdentity":"h","leaseDurationSeconds":15,"renewTime":"2025-11-22T10:30:08.123456Z"}}""");
        Json(new ProtobufWriter().Message(6, new ProtobufWriter().Number(1, 1_763_807_408).Number(2, 0)).Number(8, 3).Text(9, "Normal").Sent("v1", "Event"))
            .ShouldBe("""{"apiVersion":"v1","kind":"Event","firstTimestamp":"2025-11-22T10:30:08Z","count":3,"type":"Normal"}""");
        Json(new ProtobufWriter().Message(2, new ProtobufWriter().Message(14, new ProtobufWriter().Number(4, 7).Number(4, 8).Delimited(4, [9, 10]))).Sent("v1", "Pod"))
            .ShouldBe("""{"apiVersion":"v1","kind":"Pod","spec":{"securityContext":{"supplementalGroups":[7,8,9,10]}}}""");
    }

    // Taken from the connection of kubectl 1.32: "create deployment d --image=r/a:1 --replicas=2 --port=80" and the like.
    [Theory]
    [InlineData(
        "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EqsBChsKAWQSABoAIgAqADIAOABCAFoICgNhcHASAWQSfggCEgoKCAoDYXBwEgFkGmYKGgoAEgAaACIAKgAyADgAQgBaCAoDYXBwEgFkEkgSKgoBYRIFci9hOjEqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA==",
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"app":"d"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"a","image":"r/a:1","ports":[{"containerPort":80}]}]}}}}""")]
    [InlineData(
        "azhzAAoNCgJ2MRIHU2VydmljZRJlCiEKBHN2YzISABoAIgAqADIAOABCAFoLCgNhcHASBHN2YzISPAoVCgI4MBIDVENQGFAiBggAEFAaACgAEgsKA2FwcBIEc3ZjMhoAIghOb2RlUG9ydDoAQgBSAFoAYABoABoCCgAaACIA",
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"svc2","labels":{"app":"svc2"}},"spec":{"ports":[{"name":"80","protocol":"TCP","port":80,"targetPort":80}],"selector":{"app":"svc2"},"type":"NodePort"}}""")]
    [InlineData(
        "azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSNgoSCgJiMhIAGgAiACoAMgA4AEIAEhQSCgoICgNhcHASAWQaBggAEAEaABoKCAAYACAAKAAwABoAIgA=",
        """{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"b2"},"spec":{"selector":{"matchLabels":{"app":"d"}},"maxUnavailable":1}}""")]
    public void Object_AsKubectlSendsIt_IsWhatItMeans(string sent, string json) => Json(Convert.FromBase64String(sent)).ShouldBe(json);

    [Fact]
    public async Task Create_InProtobuf_MakesTheObjectAndAnswersJson()
    {
        await using var server = await TwinServer.StartAsync();

        var (status, made) = await SendAsync(server, "POST", "/api/v1/namespaces?fieldManager=kubectl-create&fieldValidation=Strict", new ProtobufWriter().Message(1, ProtobufWriter.Metadata("play")).Message(2, new ProtobufWriter()).Sent("v1", "Namespace"));

        (status, (string?)made["kind"], (string?)made["metadata"]!["name"]).ShouldBe((HttpStatusCode.Created, "Namespace", "play"));
    }

    [Fact]
    public async Task EvictionAndDeletion_InProtobuf_SayWhatIsAsked()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Pods, new JsonObject { ["kind"] = "Pod", ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = "shop" } });
        var options = new ProtobufWriter().Number(1, 0).Message(2, new ProtobufWriter().Text(1, "uid-101")).Text(4, "Background");

        var (evicted, _) = await SendAsync(server, "POST", "/api/v1/namespaces/shop/pods/p/eviction", new ProtobufWriter().Message(1, ProtobufWriter.Metadata("p", "shop")).Message(2, options).Sent("policy/v1", "Eviction"));
        var asked = server.Twin.LastAsked!;
        var (deleted, _) = await SendAsync(server, "DELETE", "/api/v1/namespaces/shop/pods/p", options.Sent("v1", "DeleteOptions"));

        (evicted, deleted).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK));
        (asked.Uid, asked.GracePeriod).ShouldBe(("uid-101", 0));
        server.Twin.LastAsked.ShouldBe(asked with { Propagation = server.Twin.LastAsked!.Propagation });
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "unknown field", new ProtobufWriter().Message(2, new ProtobufWriter().Text(99, "x")).Sent("v1", "Namespace"), "field 99 of message NamespaceSpec is not known" },
        { "unknown kind", new ProtobufWriter().Sent("v1", "Secret"), "no kind \"Secret\" is registered for version \"v1\"" },
        { "other version", new ProtobufWriter().Sent("v2", "Namespace"), "no kind \"Namespace\" is registered for version \"v2\"" },
        { "no prefix", new ProtobufWriter().Sent("v1", "Namespace")[1..], "does not appear to be a protobuf message" },
        { "cut short", new ProtobufWriter().Message(1, ProtobufWriter.Metadata("a")).Sent("v1", "Namespace")[..^8], "cut short" },
        { "wrong type", new ProtobufWriter().Number(1, 5).Sent("v1", "Namespace"), "field 1 (metadata) of message Namespace is not of the type that it should be" },
        { "a list of numbers in a text", new ProtobufWriter().Message(2, new ProtobufWriter().Text(1, "x")).Sent("apps/v1", "Deployment"), "field 1 (replicas) of message DeploymentSpec is not of the type that it should be" },
        { "encoded", [.. "k8s\0"u8, .. new ProtobufWriter().Text(3, "gzip").Bytes], "field 3 of message Unknown" },
        { "not UTF-8", new ProtobufWriter().Message(1, new ProtobufWriter().Delimited(1, [0xff, 0xfe])).Sent("v1", "Namespace"), "not UTF-8" },
        { "no number", [.. "k8s\0"u8, 0], "a field has no number" },
        { "a group", [.. "k8s\0"u8, 0x0b], "field 1 is of type 3" },
        { "beyond the calendar", new ProtobufWriter().Message(6, new ProtobufWriter().Number(1, long.MaxValue)).Sent("v1", "Event"), "beyond the calendar" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Body_ThatCannotBeRead_Is400AndSaysWhy(string what, byte[] body, string words)
    {
        await using var server = await TwinServer.StartAsync();

        var (status, refused) = await SendAsync(server, "POST", "/api/v1/namespaces", body);

        (status, (string?)refused["reason"]).ShouldBe((HttpStatusCode.BadRequest, "BadRequest"), what);
        ((string)refused["message"]!).ShouldContain(words, Case.Sensitive, what);
    }

    [Fact]
    public void Bytes_ThatAreBrokenAnyhow_AreRefusedAndNothingElse()
    {
        var seed = Guid.CreateVersion7().GetHashCode();
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var whole = new ProtobufWriter().Message(1, ProtobufWriter.Metadata("web", "shop").Entry(11, "app", "web"))
            .Message(2, new ProtobufWriter().Number(1, 3).Message(3, new ProtobufWriter().Message(2, new ProtobufWriter().Message(2, new ProtobufWriter().Text(1, "main"))))).Sent("apps/v1", "Deployment");
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole.ToArray();
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
            {
                bytes[4 + random.Next(bytes.Length - 4)] = (byte)random.Next(256);
            }

            try
            {
                ProtobufDocument.Read(bytes, 64);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void Messages_OfAllServedKinds_AreKnownAndAgreeWithTheSchemas()
    {
        foreach (var kind in SchemaBook.Shipped.Types.Where(t => t.ApiVersion is not null))
        {
            MessageBook.Shipped.Find(kind.ApiVersion!, kind.Name).ShouldNotBeNull(kind.Name);
        }

        // Else a field that came in protobuf would be refused as unknown a moment later.
        foreach (var message in MessageBook.Shipped.Messages)
        {
            if (SchemaBook.Shipped.Find(message.Name) is { } schema)
            {
                Names(message).Except(schema.Fields.Keys).ShouldBeEmpty(message.Name);
            }
        }
    }

    [Fact]
    public void Messages_NeverHoldThemselves()
    {
        foreach (var message in MessageBook.Shipped.Messages)
        {
            Depth(message, []).ShouldBeLessThan(20, message.Name);
        }

        static int Depth(MessageSchema message, HashSet<string> above)
        {
            above.Add(message.Name).ShouldBeTrue($"{message.Name} holds itself");
            var depth = 1 + message.Fields.Values.Where(f => f.Type.Length > 0).Select(f => Depth(MessageBook.Shipped.Of(f.Type), above)).DefaultIfEmpty(0).Max();
            above.Remove(message.Name);
            return depth;
        }
    }

    private static IEnumerable<string> Names(MessageSchema message) =>
        message.Fields.Values.SelectMany(f => f.Name.Length > 0 ? [f.Name] : Names(MessageBook.Shipped.Of(f.Type)));

    private static string Json(byte[] body) => ProtobufDocument.Read(body, 64).ToJsonString();

    private static async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(TwinServer server, string method, string path, byte[] body)
    {
        using var request = server.Request(method, path, accept: Type + ",application/json");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Type);
        using var answer = await server.Client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()))!);
    }
}
