using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Transport;

/// <summary>What we send looks like what was recorded with a real cluster.</summary>
public sealed class RecordedRequestTests : IAsyncLifetime
{
    private ScriptedApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await ScriptedApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Evict_LikeKubectlDrain_IsTheSameRequest()
    {
        var recorded = RecordedExchange.Named("kubectl drain (budget allows)", "POST");
        var key = new ObjectKey("shop", recorded.RequestBody.GetProperty("metadata").GetProperty("name").GetString()!);

        await SendAsync(recorded, c => c.EvictAsync(key, null, null, CancellationToken.None));
    }

    [Fact]
    public async Task Evict_WithUid_IsTheSameRequestAndTheAnswerIsUnderstood()
    {
        var recorded = RecordedExchange.Named("raw: evict with wrong uid precondition", "POST");
        var uid = recorded.RequestBody.GetProperty("deleteOptions").GetProperty("preconditions").GetProperty("uid").GetString()!;
        EvictionAnswer? answer = null;

        await SendAsync(recorded, async c => answer = await c.EvictAsync(new ObjectKey("shop", recorded.RequestBody.GetProperty("metadata").GetProperty("name").GetString()!), uid, null, CancellationToken.None));

        answer!.Result.ShouldBe(EvictionResult.WrongUid);
    }

    [Fact]
    public async Task Evict_ForbiddenByABudget_TellsWhich()
    {
        var recorded = RecordedExchange.Named("raw: evict, budget forbids", "POST");
        _api.On("POST", recorded.Path, Replies.Json(recorded.Body.GetRawText(), recorded.Status));
        using var client = _api.Client();

        var answer = await client.EvictAsync(new ObjectKey("shop", "admin-6b74698b47-9wcnb"), null, null, CancellationToken.None);

        (answer.Result, answer.ByBudget).ShouldBe((EvictionResult.Refused, true));
        answer.Status!.ToString().ShouldBe("Cannot evict pod as it would violate the pod's disruption budget. The disruption budget admin needs 1 healthy pods and has 1 currently");
    }

    [Fact]
    public Task Patch_LikeKubectlCordon_IsTheSameRequest()
    {
        var recorded = RecordedExchange.Named("kubectl cordon", "PATCH");
        return SendAsync(recorded, c => c.PatchAsync(ResourceTypes.Nodes, NodeOf(recorded), PatchKind.Strategic, BodyOf(recorded), CancellationToken.None), answer: Documents.Node("x", 1));
    }

    [Fact]
    public async Task Patch_StaleVersion_IsAConflict()
    {
        var recorded = RecordedExchange.Named("raw: cordon by strategic merge with stale resourceVersion", "PATCH");
        Answer<KubernetesNode> answer = default;

        await SendAsync(recorded, async c => answer = await c.PatchAsync(ResourceTypes.Nodes, NodeOf(recorded), PatchKind.Strategic, BodyOf(recorded), CancellationToken.None));

        answer.Conflict.ShouldBeTrue();
        answer.Refusal!.Details!.Name.ShouldBe("aks-apps-11111111-vmss000003");
    }

    [Theory]
    [InlineData("raw: merge patch annotations", PatchKind.Merge)]
    [InlineData("raw: json patch with failing test", PatchKind.Json)]
    [InlineData("raw: invalid label value", PatchKind.Merge)]
    public Task Patch_Kinds_HaveTheirContentTypes(string by, PatchKind kind)
    {
        var recorded = RecordedExchange.Named(by, "PATCH");
        return SendAsync(recorded, c => c.PatchAsync(ResourceTypes.Nodes, NodeOf(recorded), kind, BodyOf(recorded), CancellationToken.None));
    }

    [Fact]
    public async Task Create_Lease_IsTheSameRequestAndReadsBack()
    {
        var recorded = RecordedExchange.Named("raw: create lease", "POST");
        var lease = JsonSerializer.Deserialize(recorded.RequestBody, KubernetesJson.Default.Lease)!;
        Answer<Lease> answer = default;

        await SendAsync(recorded, async c => answer = await c.CreateAsync(ResourceTypes.Leases, lease, CancellationToken.None));

        answer.Object!.Spec.ShouldBe(lease.Spec);
        answer.Object.Metadata.ResourceVersion.ShouldBe("582");
    }

    [Fact]
    public async Task Create_LeaseThatExists_SaysSo()
    {
        var recorded = RecordedExchange.Named("raw: create lease again", "POST");
        Answer<Lease> answer = default;

        await SendAsync(recorded, async c => answer = await c.CreateAsync(ResourceTypes.Leases, JsonSerializer.Deserialize(recorded.RequestBody, KubernetesJson.Default.Lease)!, CancellationToken.None));

        answer.AlreadyExists.ShouldBeTrue();
    }

    [Fact]
    public Task Replace_Lease_IsTheSameRequest()
    {
        var recorded = RecordedExchange.Named("raw: update lease with stale version", "PUT");
        return SendAsync(recorded, c => c.ReplaceAsync(ResourceTypes.Leases, JsonSerializer.Deserialize(recorded.RequestBody, KubernetesJson.Default.Lease)!, CancellationToken.None));
    }

    [Fact]
    public Task Create_Event_IsTheSameRequest()
    {
        var recorded = RecordedExchange.Named("raw: create event", "POST");
        return SendAsync(recorded, c => c.CreateAsync(ResourceTypes.Events, JsonSerializer.Deserialize(recorded.RequestBody, KubernetesJson.Default.KubernetesEvent)!, CancellationToken.None));
    }

    [Fact]
    public async Task Create_AccessReview_AsksAndReadsTheAnswer()
    {
        // kubectl asks in protobuf; the path and the answer are what can be compared.
        var recorded = RecordedExchange.Named("kubectl auth can-i", "POST");
        _api.On("POST", recorded.Path, Replies.Json("""{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":{},"status":{"allowed":true,"reason":"RBAC"}}""", 201));
        using var client = _api.Client();

        (await client.MayAsync(new ResourceAttributes { Verb = "create", Resource = "pods", Subresource = "eviction" }, CancellationToken.None)).Allowed.ShouldBeTrue();

        _api.Seen.Single().Body.ShouldBe(
            """{"spec":{"resourceAttributes":{"verb":"create","resource":"pods","subresource":"eviction"}},"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{}}""");
    }

    [Fact]
    public async Task Delete_Node_IsTheSameRequest()
    {
        var recorded = RecordedExchange.Named("raw: delete node", "DELETE");
        Answer<Status> answer = default;

        await SendAsync(recorded, async c => answer = await c.DeleteAsync(ResourceTypes.Nodes, NodeOf(recorded), null, CancellationToken.None));

        answer.Done.ShouldBeTrue();
    }

    private async Task SendAsync(RecordedExchange recorded, Func<KubernetesClient, Task> send, string? answer = null)
    {
        var path = recorded.Path.Split('?')[0];
        _api.On(recorded.Method, path, Replies.Json(answer ?? recorded.Body.GetRawText(), recorded.Status));
        using var client = _api.Client();

        await send(client);

        var seen = _api.Seen.Single();
        seen.Path.ShouldBe(path);
        seen.Headers["User-Agent"].ShouldStartWith("imago/");
        seen.Headers["Accept"].ShouldContain("application/json");
        if (recorded.RequestBody.ValueKind != JsonValueKind.Null)
        {
            seen.Headers["Content-Type"].ShouldBe(recorded.Headers.GetProperty("Content-Type").GetString());
            JsonNode.DeepEquals(JsonNode.Parse(seen.Body), JsonNode.Parse(recorded.RequestBody.GetRawText())).ShouldBeTrue($"{seen.Body} is not {recorded.RequestBody}");
        }
        else
        {
            seen.Body.ShouldBeEmpty();
        }
    }

    private static ObjectKey NodeOf(RecordedExchange recorded) => new("", recorded.Path.Split('?')[0].Split('/')[^1]);

    private static byte[] BodyOf(RecordedExchange recorded) => JsonSerializer.SerializeToUtf8Bytes(recorded.RequestBody);
}
