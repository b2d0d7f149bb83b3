using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Imago.Api.Tests.Authentication;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authorization;

public sealed class PrincipalEndpointTests
{
    private const string Version = "?api-version=2026-11-01";
    private const string Robots = "/providers/Imago/servicePrincipals/builder" + Version;

    [Fact]
    public async Task ServicePrincipal_Made_SignsInWithTheSecretThatIsShownOnce()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));

        var made = await host.SendAsync(HttpMethod.Put, Robots, owner, []);
        var properties = (await Body(made))["properties"]!;

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var (id, secret) = (properties["appId"]!.GetValue<string>(), properties["secret"]!.GetValue<string>());
        (await host.SignInAsync(id, secret)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Body(await host.SendAsync(HttpMethod.Get, Robots, owner))).ToJsonString().ShouldNotContain(secret);
        (await host.Store.FindPrincipalAsync(id, default))!.SecretHash.ShouldNotContain(secret);
    }

    [Fact]
    public async Task ServicePrincipal_NewSecret_EndsTheOldOne()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        var first = (await Body(await host.SendAsync(HttpMethod.Put, Robots, owner, [])))["properties"]!;
        (await host.SignInAsync(Text(first, "appId"), Text(first, "secret"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        var second = (await Body(await host.SendAsync(HttpMethod.Put, Robots, owner, new() { ["properties"] = new JsonObject { ["newSecret"] = true } })))["properties"]!;

        Text(second, "appId").ShouldBe(Text(first, "appId"));
        (await host.SignInAsync(Text(second, "appId"), Text(first, "secret"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.SignInAsync(Text(second, "appId"), Text(second, "secret"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ServicePrincipal_Deleted_IsOutAtOnce()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        var robot = await host.PrincipalAsync("Reader", name: "builder");
        var token = await host.TokenAsync(robot);
        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.OK);

        (await host.StatusAsync(HttpMethod.Delete, Robots, owner)).ShouldBe(HttpStatusCode.OK);

        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await host.SignInAsync(robot)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.StatusAsync(HttpMethod.Delete, Robots, owner)).ShouldBe(HttpStatusCode.NoContent);
    }

    // Half a character is no text, and databases refuse the character 0 in it.
    [Theory]
    [InlineData("PUT", "/providers/Imago/servicePrincipals/builder", """{"properties":{"displayName":"\ud800"}}""")]
    [InlineData("PUT", "/providers/Imago/servicePrincipals/builder", """{"properties":{"displayName":"a\u0000"}}""")]
    [InlineData("PUT", "/providers/Imago/roleAssignments/7d1a4b6e-0000-4000-8000-000000000001", """{"properties":{"role":"Reader","principalId":"\udc00"}}""")]
    [InlineData("PUT", "/providers/Imago/roleAssignments/7d1a4b6e-0000-4000-8000-000000000001", """{"properties":{"role":"Reader","principalId":"a\u0000"}}""")]
    public async Task Body_WithAnEscapeThatIsNoText_IsRefusedAsEverywhereElse(string method, string path, string body)
    {
        await using var host = await IdentityHost.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path + Version) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", await host.TokenAsync(await host.PrincipalAsync("Owner")));

        var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("an escape that is no text");
    }

    [Theory]
    [InlineData("""{"properties":{"colour":"red"}}""", "properties.colour")]
    [InlineData("""{"properties":{"enabled":"yes"}}""", "properties.enabled")]
    [InlineData("""{"properties":{"displayName":"  "}}""", "1 to 120 characters")]
    [InlineData("""{"properties":7}""", "the object 'properties'")]
    public async Task ServicePrincipal_NonsenseAsked_IsRefusedAndNamed(string body, string named)
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));

        var answer = await host.SendAsync(HttpMethod.Put, Robots, owner, JsonNode.Parse(body)!.AsObject());

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Replace("\\u0027", "'", StringComparison.Ordinal).ShouldContain(named);
    }

    [Fact]
    public async Task RoleAssignment_GivenAndTaken_HoldsAtOnce()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        var robot = await host.PrincipalAsync();
        var token = await host.TokenAsync(robot);
        var path = $"{IdentityHost.Subscription}/resourceGroups/rg/providers/Imago/roleAssignments/{Guid.CreateVersion7()}{Version}";
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.Forbidden);

        var given = await host.SendAsync(HttpMethod.Put, path, owner, Assignment(robot, "contributor"));

        given.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Body(given))["properties"]!["role"]!.GetValue<string>().ShouldBe("Contributor");
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.OK);
        (await host.StatusAsync(HttpMethod.Delete, path, owner)).ShouldBe(HttpStatusCode.OK);
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("God")]
    [InlineData("")]
    public async Task RoleAssignment_UnknownRole_IsRefused(string role)
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));

        var answer = await host.SendAsync(HttpMethod.Put, $"/providers/Imago/roleAssignments/{Guid.CreateVersion7()}{Version}", owner, Assignment("p", role));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task RoleAssignment_LastOwnerOfEverything_CannotBeTaken()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        var own = (await host.Store.AssignmentsAsync(default)).ShouldHaveSingleItem().Id;

        (await host.StatusAsync(HttpMethod.Delete, $"/providers/Imago/roleAssignments/{own}{Version}", owner)).ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Writes_OfPrincipalsAndRoles_AreNotedAlsoWhenRefusedButNeverWithASecret()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        var reader = await host.TokenAsync(await host.PrincipalAsync("Reader", name: "reader"));
        var secret = Text((await Body(await host.SendAsync(HttpMethod.Put, Robots, owner, [])))["properties"]!, "secret");
        await host.SendAsync(HttpMethod.Get, Robots, owner);
        await host.SendAsync(HttpMethod.Put, $"/providers/Imago/roleAssignments/{Guid.CreateVersion7()}{Version}", owner, Assignment("p1", "God"));
        await host.SendAsync(HttpMethod.Put, $"/providers/Imago/roleAssignments/{Guid.CreateVersion7()}{Version}", owner, Assignment("p1", "Reader"));
        await host.SendAsync(HttpMethod.Put, Robots, reader, []);
        await host.SendAsync(HttpMethod.Put, IdentityHost.Cluster, reader, []);
        await host.SendAsync(HttpMethod.Put, Robots, token: null, []);

        var lines = host.Noted.Lines;

        string[] begins =
        [
            "Imago/servicePrincipals/write 201 ", "Imago/roleAssignments/write 400 ", "Imago/roleAssignments/write 201 ",
            "Imago/servicePrincipals/write 403 ", "Microsoft.ContainerService/managedClusters/write 403 ",
        ];
        lines.Count.ShouldBe(begins.Length);
        lines.Zip(begins).ShouldAllBe(p => p.First.StartsWith(p.Second, StringComparison.Ordinal));
        lines[0].ShouldContain("\"displayName\":\"builder\"");
        lines[1].ShouldContain("InvalidParameter");
        lines[2].ShouldContain("\"principalId\":\"p1\",\"role\":\"Reader\"");
        lines.ShouldAllBe(l => !l.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoints_WithoutTheirApiVersion_SayWhichItIs()
    {
        await using var host = await IdentityHost.StartAsync();
        var owner = await host.TokenAsync(await host.PrincipalAsync("Owner"));

        var answer = await host.SendAsync(HttpMethod.Get, "/providers/Imago/roleAssignments", owner);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("2026-11-01");
    }

    private static async Task<JsonObject> Body(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

    private static string Text(JsonNode properties, string name) => properties[name]!.GetValue<string>();

    private static JsonObject Assignment(string principal, string role) => new() { ["properties"] = new JsonObject { ["principalId"] = principal, ["role"] = role } };
}
