using Imago.Kubernetes.Serving.Access;
using Imago.Server.Hosting;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class KubeconfigAccessTests
{
    [Fact]
    public async Task Access_OfACluster_IsBelowTheServersAddressAndDiffersByClusterRoleAndKey()
    {
        var address = new ServerAddress(new Uri("https://imago.example.com/"), new Uri("https://127.0.0.1:8443"));
        var ours = new KubeconfigAccesses(address, Tokens(1), "PEM");
        var other = new KubeconfigAccesses(address, Tokens(2), "PEM");

        var access = await ours.AccessAsync("/subscriptions/s/clusters/a", admin: false, "robot", default);

        access.Server.ShouldBe(new Uri("https://imago.example.com/kubernetes/subscriptions/s/clusters/a"));
        access.AuthorityPem.ShouldBe("PEM");
        (await ours.AccessAsync("/subscriptions/s/clusters/a", admin: false, "robot", default)).Token.ShouldBe(access.Token);
        string[] others =
        [
            (await ours.AccessAsync("/subscriptions/s/clusters/b", admin: false, "robot", default)).Token,
            (await ours.AccessAsync("/subscriptions/s/clusters/a", admin: true, "robot", default)).Token,
            (await ours.NodeAccessAsync("/subscriptions/s/clusters/a", "robot", default)).Token,
            (await other.AccessAsync("/subscriptions/s/clusters/a", admin: false, "robot", default)).Token,
        ];
        others.ShouldAllBe(t => t != access.Token);
    }

    [Theory]
    [InlineData("https://0.0.0.0:8443", "https://127.0.0.1:8443")]
    [InlineData("https://[::]:8443", "https://127.0.0.1:8443")]
    [InlineData("https://localhost:9443/", "https://localhost:9443")]
    public void Address_OfAllInterfaces_IsLoopbackForClients(string listen, string expected)
    {
        var address = new ServerAddress(null, new Uri(listen));

        address.Text.ShouldBe(expected);
        address.Issuer.ShouldBe(expected + "/adfs");
    }

    private static ClusterTokens Tokens(byte key) => new([.. Enumerable.Repeat(key, 32)], Duration.FromDays(1), new StandingClock());

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 8, 10, 12, 0, 0, TimeSpan.Zero);
    }
}
