using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Imago.Api.Limits;
using Imago.Api.Tests.Authentication;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Limits;

public sealed class RateLimitTests
{
    private static readonly LimitOptions Narrow = new()
    {
        Reads = new Rate(2, 0.01),
        Writes = new Rate(1, 0.01),
        SignIns = new Rate(3, 0.01),
        Anonymous = new Rate(2, 0.01),
    };

    [Fact]
    public async Task Reads_OverTheBurst_AreToldWhenToComeBack()
    {
        await using var host = await IdentityHost.StartAsync(Narrow);
        var token = await host.TokenAsync(await host.PrincipalAsync("Owner"));
        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.OK);
        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, token)).ShouldBe(HttpStatusCode.OK);

        var third = await host.SendAsync(HttpMethod.Get, IdentityHost.Cluster, token);

        third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        third.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        (await third.Content.ReadFromJsonAsync<JsonObject>())!["error"]!["code"]!.GetValue<string>().ShouldBe("TooManyRequests");
    }

    [Fact]
    public async Task Writes_OfOnePrincipal_DoNotUseUpAnothersOrReads()
    {
        await using var host = await IdentityHost.StartAsync(Narrow);
        var one = await host.TokenAsync(await host.PrincipalAsync("Owner", name: "one"));
        var two = await host.TokenAsync(await host.PrincipalAsync("Owner", name: "two"));
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, one)).ShouldBe(HttpStatusCode.OK);
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, one)).ShouldBe(HttpStatusCode.TooManyRequests);

        (await host.StatusAsync(HttpMethod.Get, IdentityHost.Cluster, one)).ShouldBe(HttpStatusCode.OK);
        (await host.StatusAsync(HttpMethod.Put, IdentityHost.Cluster, two)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SignIns_OverTheBurst_Wait()
    {
        await using var host = await IdentityHost.StartAsync(Narrow with { Anonymous = new Rate(100, 100) });
        var id = await host.PrincipalAsync();
        for (var i = 0; i < 3; i++)
        {
            (await host.SignInAsync(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await host.SignInAsync(id)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task BadTokens_OverTheBurst_AreNotEvenChallenged()
    {
        await using var host = await IdentityHost.StartAsync(Narrow);
        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", "x")).ShouldBe(HttpStatusCode.Unauthorized);
        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", null)).ShouldBe(HttpStatusCode.Unauthorized);

        (await host.StatusAsync(HttpMethod.Get, "/subscriptions", "x")).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Probes_HoweverOften_AreAnswered()
    {
        await using var host = await IdentityHost.StartAsync(Narrow);

        for (var i = 0; i < 10; i++)
        {
            (await host.StatusAsync(HttpMethod.Get, "/healthz", null)).ShouldBe(HttpStatusCode.OK);
        }
    }
}
