using System.Net;
using System.Text;
using Imago.Api.Tests.Kit;
using Imago.Application.Storage;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Pipeline;

public sealed class PipelineTests
{
    [Fact]
    public async Task Answer_ToAnything_CarriesTheIds()
    {
        await using var api = await ApiServer.StartAsync();
        var correlation = Guid.CreateVersion7().ToString("D");

        var answer = await api.SendAsync("GET", "/nothing", null, ("x-ms-client-request-id", "my-id"), ("x-ms-correlation-request-id", correlation));

        answer.Header("x-ms-client-request-id").ShouldBe("my-id");
        answer.Header("x-ms-correlation-request-id").ShouldBe(correlation);
        Guid.TryParse(answer.Header("x-ms-request-id"), out _).ShouldBeTrue();
    }

    [Theory]
    [Trait("Rule", "EV-82")]
    [InlineData("GET", "/", 404, "MissingSubscription")]
    [InlineData("GET", "/nothing/at/all", 404, "MissingSubscription")]
    [InlineData("GET", ApiServer.Group + "/nothing", 404, "InvalidResourceType")]
    [InlineData("GET", ApiServer.Group + "/providers/Microsoft.Compute/virtualMachines/v", 404, "InvalidResourceNamespace")]
    [InlineData("GET", ApiServer.Group + "/providers/Microsoft.ContainerService/fleets/f", 404, "InvalidResourceType")]
    [InlineData("GET", ApiServer.Group, 404, "ResourceGroupNotFound")]
    [InlineData("GET", ApiServer.Cluster, 404, "ResourceGroupNotFound")]
    [InlineData("GET", "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups", 404, "SubscriptionNotFound")]
    [InlineData("GET", "/subscriptions/nobody/resourceGroups", 400, "InvalidSubscriptionId")]
    [InlineData("DELETE", "/subscriptions", 405, "HttpMethodNotAllowed")]
    [InlineData("PATCH", ApiServer.Cluster + "/agentPools/np1", 405, "HttpMethodNotAllowed")]
    [InlineData("GET", ApiServer.Cluster + "?api-version=2019-01-01", 400, "NoRegisteredProviderFound")]
    [InlineData("GET", ApiServer.Cluster + "?api-version=soon", 400, "InvalidApiVersionParameter")]
    [InlineData("GET", ApiServer.Cluster + "?api-version=", 400, "MissingApiVersionParameter")]
    [InlineData("GET", "/subscriptions?api-version=1999-01-01", 400, "InvalidApiVersionParameter")]
    public async Task Request_ThatNothingTakes_IsRefusedInTheResourceManagersShape(string method, string path, int status, string code)
    {
        await using var api = await ApiServer.StartAsync();

        var answer = await api.SendAsync(method, path);

        ((int)answer.Status, answer.ErrorCode).ShouldBe((status, code), answer.Text);
        answer.ErrorMessage.ShouldNotBeEmpty();
        answer.Headers["Content-Type"].Single().ShouldStartWith("application/json");
    }

    [Fact]
    public async Task Request_OfAnotherMethod_NamesTheOnesThereAre()
    {
        await using var api = await ApiServer.StartAsync();

        var answer = await api.SendAsync("POST", ApiServer.Group);

        answer.Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Headers["Allow"].ShouldBe(["DELETE", "GET", "HEAD", "PATCH", "PUT"]);
    }

    [Theory]
    [InlineData("""{"location": }""", 400, "InvalidRequestContent", "line 1, byte 14")]
    [InlineData("", 400, "InvalidRequestContent", "empty")]
    [InlineData("[1]", 400, "InvalidRequestContent", "array")]
    [InlineData("""{"location":"a","location":"b"}""", 400, "InvalidRequestContent", "location")]
    [InlineData("""{"location":"\ud800"}""", 400, "InvalidRequestContent", "half a character")]
    [InlineData("""{"location":"a\u0000"}""", 400, "InvalidRequestContent", "no text")]
    public async Task Body_ThatIsNoSoundJson_IsRefusedWithWhereAndWhy(string body, int status, string code, string says)
    {
        await using var api = await ApiServer.StartAsync();

        var answer = await api.SendAsync("PUT", ApiServer.Group, body);

        ((int)answer.Status, answer.ErrorCode).ShouldBe((status, code), answer.Text);
        answer.ErrorMessage.ShouldContain(says);
    }

    [Fact]
    public async Task Body_TooLargeOrTooDeepOrOfAnotherKind_IsRefused()
    {
        await using var api = await ApiServer.StartAsync();

        (await api.SendAsync("PUT", ApiServer.Group, $$"""{"location":"{{new string('x', 1024 * 1024)}}"}""")).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await api.SendAsync("PUT", ApiServer.Group, new StringBuilder().Insert(0, """{"a":""", 40).Append('1').Append('}', 40).ToString())).Status
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await api.SendAsync("PUT", ApiServer.Group, "{}", ("Content-Type", "text/plain"))).ErrorCode.ShouldBe("UnsupportedMediaType");
    }

    [Fact]
    [Trait("Rule", "AZ-50")]
    public async Task Path_InAnyCase_IsFound()
    {
        await using var api = await ApiServer.StartAsync();
        await api.CreateClusterAsync();

        (await api.GetAsync(ApiServer.Cluster.Replace("managedClusters", "managedclusters", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(ApiServer.Cluster.Replace("resourceGroups", "resourcegroups", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(ApiServer.Cluster.ToUpperInvariant())).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Store_ThatDoesNotAnswer_Gives503WithRetryAfter()
    {
        await using var api = await ApiServer.StartAsync(services: s => s.AddSingleton<IStore>(new DeadStore()));

        var answer = await api.GetAsync("/subscriptions");

        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.ErrorCode.ShouldBe("ServiceUnavailable");
        answer.Header("Retry-After").ShouldNotBeNull();
        answer.Text.ShouldNotContain("secret-host");
    }

    [Fact]
    public async Task Bug_InAnEndpoint_Gives500WithTheCorrelationIdAndNothingOfOurInsides()
    {
        await using var api = await ApiServer.StartAsync(services: s => s.AddSingleton<IStore>(new DeadStore(new InvalidOperationException("secret-host"))));

        var answer = await api.GetAsync("/subscriptions");

        answer.Status.ShouldBe(HttpStatusCode.InternalServerError);
        answer.ErrorMessage.ShouldContain(answer.Header("x-ms-correlation-request-id")!);
        answer.Text.ShouldNotContain("secret-host");
        answer.Text.ShouldNotContain("   at ");
    }
}
