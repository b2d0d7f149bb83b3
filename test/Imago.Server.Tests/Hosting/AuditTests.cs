using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class AuditTests
{
    private const string Imago = "2026-11-01";
    private const string Insights = "2015-04-01";
    private const string Values = "/providers/Microsoft.Insights/eventtypes/management/values";

    [Fact]
    [Trait("Rule", "EV-56")]
    [Trait("Rule", "EV-57")]
    public async Task Logs_AfterWritesOfPrincipalsAndRoles_SayWhoDidWhatButNoSecret()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        var correlation = Guid.CreateVersion7().ToString();
        server.Client.DefaultRequestHeaders.Add("x-ms-correlation-request-id", correlation);
        var (_, made) = await server.SendAsync(HttpMethod.Put, "/providers/Imago/servicePrincipals/reader", Imago, "{}");
        var (id, secret) = (made!["properties"]!["appId"]!.GetValue<string>(), made["properties"]!["secret"]!.GetValue<string>());
        var role = $"{server.Subscription}/resourceGroups/rg/providers/Imago/roleAssignments/{Guid.CreateVersion7()}";
        await server.SendAsync(HttpMethod.Put, role, Imago, $$$"""{"properties":{"principalId":"{{{id}}}","role":"Reader"}}""");
        await server.SendAsync(HttpMethod.Post, "/providers/Imago/releases", Imago, "{}");

        var (_, tenant) = await server.SendAsync(HttpMethod.Get, Values, Insights);
        var (_, subscription) = await server.SendAsync(HttpMethod.Get, server.Subscription + Values, Insights);

        Lines(tenant).ShouldBe(["Imago/releases/write Failed", "Imago/servicePrincipals/write Succeeded"]);
        Lines(subscription).ShouldBe(["Imago/roleAssignments/write Succeeded"]);
        var entry = subscription!["value"]![0]!;
        ((string?)entry["resourceId"], (string?)entry["resourceGroupName"]).ShouldBe((role, "rg"));
        ((string?)entry["properties"]!["principalId"], (string?)entry["properties"]!["role"]).ShouldBe((id, "Reader"));
        entry["authorization"]!["action"]!.GetValue<string>().ShouldBe("Imago/roleAssignments/write");
        foreach (var noted in tenant!["value"]!.AsArray().Append(entry))
        {
            ((string?)noted!["correlationId"], (string?)noted["caller"], (string?)noted["properties"]!["callerId"]).ShouldBe((correlation, "first-owner", server.Login.AppId));
        }

        (tenant.ToJsonString() + subscription.ToJsonString()).ShouldNotContain(secret);
    }

    [Fact]
    public async Task Logs_AfterTheGateRefusedWrites_SayWhoTried()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        var (_, made) = await server.SendAsync(HttpMethod.Put, "/providers/Imago/servicePrincipals/nobody", Imago, "{}");
        await server.SignInAsync(made!["properties"]!["appId"]!.GetValue<string>(), made["properties"]!["secret"]!.GetValue<string>());
        (await server.SendAsync(HttpMethod.Put, "/providers/Imago/servicePrincipals/accomplice", Imago, "{}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync(HttpMethod.Delete, $"{server.Subscription}/resourceGroups/r%01g", "2024-11-01")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync(HttpMethod.Get, Values, Insights)).Status.ShouldBe(HttpStatusCode.Forbidden);
        await server.SignedInAsync();

        var (_, tenant) = await server.SendAsync(HttpMethod.Get, Values, Insights);
        var (_, subscription) = await server.SendAsync(HttpMethod.Get, server.Subscription + Values, Insights);

        Lines(tenant).ShouldBe(["Imago/servicePrincipals/write Failed", "Imago/servicePrincipals/write Succeeded"]);
        Lines(subscription).ShouldBe(["Microsoft.Resources/subscriptions/resourceGroups/delete Failed"]);
        var entry = subscription!["value"]![0]!;
        ((string?)entry["caller"], (string?)entry["properties"]!["statusCode"]).ShouldBe(("nobody", "403"));
        entry["properties"]!["message"]!.GetValue<string>().ShouldContain("AuthorizationFailed");
    }

    private static string[] Lines(JsonObject? log) => [.. log!["value"]!.AsArray().Select(e => $"{e!["operationName"]!["value"]} {e["status"]!["value"]}")];
}
