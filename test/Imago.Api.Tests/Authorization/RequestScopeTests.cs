using Imago.Api.Authorization;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authorization;

public sealed class RequestScopeTests
{
    private const string S = "/subscriptions/s";
    private const string G = S + "/resourceGroups/g";
    private const string C = G + "/providers/Microsoft.ContainerService/managedClusters/c";

    [Theory]
    [InlineData("GET", C, C, "Microsoft.ContainerService/managedClusters/read", "Reader", null)]
    [InlineData("PUT", C, C, "Microsoft.ContainerService/managedClusters/write", "Contributor", null)]
    [InlineData("DELETE", C, C, "Microsoft.ContainerService/managedClusters/delete", "Contributor", null)]
    [InlineData("POST", C + "/listClusterUserCredential", C, "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action", "Contributor", null)]
    [InlineData("POST", C + "/agentPools/np1/upgradeNodeImageVersion", C + "/agentPools/np1", "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action", "Contributor", null)]
    [InlineData("GET", C + "/agentPools", C, "Microsoft.ContainerService/managedClusters/agentPools/read", "Reader", null)]
    [InlineData("GET", C + "/agentPools/np1/upgradeProfiles/default", C + "/agentPools/np1/upgradeProfiles/default", "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles/read", "Reader", null)]
    [InlineData("GET", "/subscriptions", "/", "Microsoft.Resources/subscriptions/read", "Reader", "/")]
    [InlineData("GET", "/tenants", "/", "Microsoft.Resources/tenants/read", "Reader", "/")]
    [InlineData("GET", S, S, "Microsoft.Resources/subscriptions/read", "Reader", S)]
    [InlineData("HEAD", S + "/resourcegroups/g", S + "/resourcegroups/g", "Microsoft.Resources/subscriptions/resourcegroups/read", "Reader", null)]
    [InlineData("GET", S + "/resourcegroups", S, "Microsoft.Resources/subscriptions/resourcegroups/read", "Reader", S)]
    [InlineData("GET", S + "/providers/Microsoft.ContainerService/managedclusters", S, "Microsoft.ContainerService/managedclusters/read", "Reader", S)]
    [InlineData("GET", G + "/providers/Microsoft.ContainerService/managedClusters", G, "Microsoft.ContainerService/managedClusters/read", "Reader", G)]
    [InlineData("GET", S + "/providers/Microsoft.ContainerService", S, "Microsoft.ContainerService/read", "Reader", S)]
    [InlineData("GET", S + "/providers/Microsoft.ContainerService/locations/eastus/operations/1", S + "/providers/Microsoft.ContainerService/locations/eastus/operations/1", "Microsoft.ContainerService/locations/operations/read", "Reader", S)]
    [InlineData("GET", S + "/providers/Microsoft.Insights/eventtypes/management/values", S + "/providers/Microsoft.Insights/eventtypes/management", "Microsoft.Insights/eventtypes/values/read", "Reader", null)]
    [InlineData("GET", "/providers/Microsoft.Insights/eventtypes/management/values", "/providers/Microsoft.Insights/eventtypes/management", "Microsoft.Insights/eventtypes/values/read", "Reader", null)]
    [InlineData("POST", S + "/providers/Microsoft.ContainerService/register", S, "Microsoft.ContainerService/register/action", "Contributor", null)]
    [InlineData("POST", S + "/providers/Microsoft.Features/providers/ns/features/f/register", S + "/providers/Microsoft.Features/providers/ns/features/f", "ns/features/register/action", "Contributor", null)]
    [InlineData("POST", C + "/providers/Imago/pause", C, "Imago/pause/action", "Contributor", null)]
    [InlineData("POST", C + "/providers/Imago/forecast", C, "Imago/forecast/action", "Reader", null)]
    [InlineData("POST", C + "/forecast", C, "Microsoft.ContainerService/managedClusters/forecast/action", "Contributor", null)]
    [InlineData("GET", C + "/providers/Imago/rollouts/r1/decisions", C, "Imago/rollouts/decisions/read", "Reader", null)]
    [InlineData("GET", "/providers/Imago/releases", "/", "Imago/releases/read", "Reader", "/")]
    [InlineData("POST", "/providers/Imago/releases", "/", "Imago/releases/action", "Contributor", null)]
    [InlineData("GET", "/providers/Imago/servicePrincipals", "/", "Imago/servicePrincipals/read", "Owner", null)]
    [InlineData("PUT", C + "/providers/imago/ROLEASSIGNMENTS/1", C, "imago/ROLEASSIGNMENTS/write", "Owner", null)]
    [InlineData("GET", S + "/providers/Imago/roleAssignments", S, "Imago/roleAssignments/read", "Owner", null)]
    [InlineData("PUT", S + "/resourceGroups/providers", S + "/resourceGroups/providers", "Microsoft.Resources/subscriptions/resourceGroups/write", "Contributor", null)]
    [InlineData("PUT", "/", "/", "Microsoft.Resources/write", "Contributor", null)]
    public void Of_MethodAndPath_SaysWhatIsAskedAndWhatItNeeds(string method, string path, string scope, string action, string role, string? anywhere)
    {
        var asked = RequestScope.Of(method, path);

        asked.Scope.ShouldBe(scope);
        asked.Action.Replace("Microsoft.Resources//", "Microsoft.Resources/", StringComparison.Ordinal).ShouldBe(action);
        asked.Needed.ToString().ShouldBe(role);
        asked.Anywhere.ShouldBe(anywhere);
    }
}
