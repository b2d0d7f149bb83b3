using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Authentication;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authorization;

public sealed class AuthorizationTests
{
    private const string Group = IdentityHost.Subscription + "/resourceGroups/rg";
    private const string Cluster = IdentityHost.Cluster;

    [Theory]
    [InlineData("Reader", "GET", Cluster, true)]
    [InlineData("Reader", "PUT", Cluster, false)]
    [InlineData("Reader", "DELETE", Cluster, false)]
    [InlineData("Reader", "PATCH", Cluster, false)]
    [InlineData("Reader", "POST", Cluster + "/listClusterAdminCredential", false)]
    [InlineData("Reader", "GET", Cluster + "/providers/Imago/attachments/default", true)]
    [InlineData("Reader", "POST", Group + "/providers/Imago/inspectCluster", false)]
    [InlineData("Reader", "PUT", Cluster + "/providers/Imago/attachments/default", false)]
    [InlineData("Reader", "POST", Cluster + "/providers/Imago/check", false)]
    [InlineData("Reader", "DELETE", Cluster + "/providers/Imago/attachments/default", false)]
    [InlineData("Contributor", "POST", Group + "/providers/Imago/inspectCluster", true)]
    [InlineData("Contributor", "PUT", Cluster + "/providers/Imago/attachments/default", true)]
    [InlineData("Contributor", "POST", Cluster + "/providers/Imago/check", true)]
    [InlineData("Contributor", "DELETE", Cluster + "/providers/Imago/attachments/default", true)]
    [InlineData("Contributor", "POST", Cluster + "/listClusterAdminCredential", true)]
    [InlineData("Contributor", "PUT", Cluster, true)]
    [InlineData("Contributor", "GET", "/providers/Imago/servicePrincipals?api-version=2026-11-01", false)]
    [InlineData("Contributor", "PUT", Cluster + "/providers/Imago/roleAssignments/1", false)]
    [InlineData("Owner", "GET", "/providers/Imago/servicePrincipals?api-version=2026-11-01", true)]
    public async Task Request_RoleOfEverything_AllowsWhatItSays(string role, string method, string path, bool allowed)
    {
        await using var host = await IdentityHost.StartAsync();
        var token = await host.TokenAsync(await host.PrincipalAsync(role));

        (await host.StatusAsync(new HttpMethod(method), path, token)).ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(Cluster, true)]
    [InlineData(Cluster + "/agentPools/np1", true)]
    [InlineData(Group, true)]
    [InlineData(IdentityHost.Subscription + "/RESOURCEGROUPS/RG/providers/microsoft.containerservice/MANAGEDCLUSTERS/c", true)]
    [InlineData(IdentityHost.Subscription + "/resourceGroups/rg2/providers/Microsoft.ContainerService/managedClusters/c", false)]
    [InlineData("/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg", false)]
    public async Task Request_RoleInOneGroup_ReachesThatGroupAndNoOther(string path, bool allowed)
    {
        await using var host = await IdentityHost.StartAsync();
        var token = await host.TokenAsync(await host.PrincipalAsync("Contributor", Group));

        (await host.StatusAsync(HttpMethod.Put, path, token)).ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(IdentityHost.Subscription, true)]
    [InlineData(IdentityHost.Subscription + "/providers/Microsoft.ContainerService/managedClusters", true)]
    [InlineData(IdentityHost.Subscription + "/providers/Microsoft.Insights/eventtypes/management/values", false)]
    [InlineData("/subscriptions/00000000-0000-0000-0000-00000000000b/resourcegroups", false)]
    public async Task Request_RoleInOneGroup_SeesListsThatAreFilteredOnly(string path, bool allowed)
    {
        await using var host = await IdentityHost.StartAsync();
        var token = await host.TokenAsync(await host.PrincipalAsync("Reader", Group));

        (await host.StatusAsync(HttpMethod.Get, path, token)).ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Request_Refused_SaysWhoMayNotDoWhatWhere()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync("Reader", name: "robot");

        var answer = await host.SendAsync(HttpMethod.Put, Cluster, await host.TokenAsync(id));

        var error = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;
        error["code"]!.GetValue<string>().ShouldBe("AuthorizationFailed");
        error["message"]!.GetValue<string>().ShouldStartWith(
            $"The client 'robot' with object id '{id}' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/write' over scope '{Cluster}'");
    }

    [Fact]
    public async Task Roles_ChangedElsewhere_HoldWithinSeconds()
    {
        await using var host = await IdentityHost.StartAsync();
        var id = await host.PrincipalAsync();
        var token = await host.TokenAsync(id);
        (await host.StatusAsync(HttpMethod.Get, Cluster, token)).ShouldBe(HttpStatusCode.Forbidden);

        await host.Store.WriteAssignmentAsync(new("44444444-4444-4444-4444-444444444444", id, "Reader", "/", host.Clock.Now), default);
        (await host.StatusAsync(HttpMethod.Get, Cluster, token)).ShouldBe(HttpStatusCode.Forbidden);
        host.Clock.Now += Duration.FromSeconds(16);

        (await host.StatusAsync(HttpMethod.Get, Cluster, token)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET", "/metadata/endpoints", true)]
    [InlineData("GET", "/healthz", true)]
    [InlineData("GET", "/readyz/", true)]
    [InlineData("GET", "/openapi/2026-04-01.json", true)]
    [InlineData("PUT", "/metadata/endpoints", false)]
    [InlineData("POST", "/openapi/x", false)]
    [InlineData("DELETE", "/adfs/oauth2/token", false)]
    [InlineData("POST", "/adfs/anything", false)]
    [InlineData("GET", "/metrics", false)]
    [InlineData("GET", "/healthz/more", false)]
    [InlineData("GET", "/", false)]
    [InlineData("GET", "/subscriptions", false)]
    [InlineData("OPTIONS", "/subscriptions", false)]
    [InlineData("TRACE", "/healthz", false)]
    public async Task Request_WithoutToken_IsAnsweredOnTheFixedPathsOnly(string method, string path, bool allowed)
    {
        await using var host = await IdentityHost.StartAsync();

        (await host.StatusAsync(new HttpMethod(method), path, token: null)).ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
    }
}
