using Imago.Agent.Deciding;
using Imago.Domain.Clusters;

namespace Imago.Agent.Tests.Deciding;

public sealed class NodeWishesTests
{
    [Theory]
    [Trait("Rule", "CH-36")]
    [InlineData("10.224.0.7", "10.224.0.7")]
    [InlineData("172.16.0.1", "172.16.0.1")]
    [InlineData("172.15.0.1", null)]
    [InlineData("8.8.8.8", null)]
    [InlineData("repo.example.com", null)]
    [InlineData("fd00::1", null)]
    public void RepoService_OnTheNode_CountsWhenItIsAPrivateAddress(string annotation, string? taken)
    {
        var wishes = NodeWishes.Of(new Dictionary<string, string>
        {
            [NodeAnnotations.LivePatchingGolden] = "20261120T000000Z",
            [NodeAnnotations.LivePatchingRepoService] = annotation,
        });

        wishes.RepoService?.ToString().ShouldBe(taken);
        wishes.Golden?.ToString().ShouldBe("20261120T000000Z");
    }
}
