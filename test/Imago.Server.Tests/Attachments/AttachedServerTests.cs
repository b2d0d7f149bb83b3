using System.Net;
using System.Text.Json.Nodes;
using Imago.Server.Tests.Hosting;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Attachments;

/// <summary>The whole server with all its parts, asked about clusters that do not answer.</summary>
public sealed class AttachedServerTests
{
    private const string Version = "2026-11-01";

    [Fact]
    public async Task Inspect_NobodyAnswersOrSomethingWouldRun_IsToldApart()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        var group = server.Subscription + "/resourceGroups/rg";
        (await server.SendAsync(HttpMethod.Put, group, "2022-12-01", """{"location":"north1"}""")).Status.ShouldBe(HttpStatusCode.Created);

        var far = await server.SendAsync(HttpMethod.Post, group + "/providers/Imago/inspectCluster", Version, Body("token: abc"));
        var run = await server.SendAsync(HttpMethod.Put, group + "/providers/Microsoft.ContainerService/managedClusters/c/providers/Imago/attachments/default", Version, Body("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, interactiveMode: Never}"));

        (far.Status, (string?)far.Body!["error"]!["code"]).ShouldBe((HttpStatusCode.BadGateway, "ClusterNotInspected"));
        (run.Status, (string?)run.Body!["error"]!["target"]).ShouldBe((HttpStatusCode.BadRequest, "kubeconfig"));
    }

    private static string Body(string user) => new JsonObject { ["kubeconfig"] = KubeconfigRulesTests.Kubeconfig(user) }.ToJsonString();
}
