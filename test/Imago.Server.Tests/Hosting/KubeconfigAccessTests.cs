using Imago.Server.Hosting;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class KubeconfigAccessTests
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)1, 32)];

    [Fact]
    public async Task Access_OfACluster_IsBelowTheServersAddressAndDiffersByClusterRoleAndKey()
    {
        var address = new ServerAddress(new Uri("https://imago.example.com/"), new Uri("https://127.0.0.1:8443"));
        var ours = new KubeconfigAccesses(address, Key, "PEM");
        var other = new KubeconfigAccesses(address, [.. Enumerable.Repeat((byte)2, 32)], "PEM");

        var access = await ours.AccessAsync("/subscriptions/s/clusters/a", admin: false, "robot", default);

        access.Server.ShouldBe(new Uri("https://imago.example.com/kubernetes/subscriptions/s/clusters/a"));
        access.AuthorityPem.ShouldBe("PEM");
        (await ours.AccessAsync("/subscriptions/s/clusters/a", admin: false, "robot", default)).Token.ShouldBe(access.Token);
        string[] others =
        [
            (await ours.AccessAsync("/subscriptions/s/clusters/b", admin: false, "robot", default)).Token,
            (await ours.AccessAsync("/subscriptions/s/clusters/a", admin: true, "robot", default)).Token,
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
}
