using Imago.Contracts.Resources;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Resources;

public sealed class ResourceIdTests
{
    private const string Pool = "/subscriptions/S/resourceGroups/Rg/providers/Microsoft.ContainerService/managedClusters/C/agentPools/np1";

    [Fact]
    [Trait("Rule", "EV-83")]
    public void Parse_IdOfAPool_KnowsItsPartsAndItsParents()
    {
        var id = ResourceId.Parse(Pool).Id!;

        id.Text.ShouldBe(Pool);
        id.Key.ShouldBe(Pool.ToLowerInvariant());
        id.Type.ShouldBe("Microsoft.ContainerService/managedClusters/agentPools");
        id.Name.ShouldBe("np1");
        (id.SubscriptionId, id.ResourceGroup).ShouldBe(("S", "Rg"));
        Parents(id).ShouldBe([
            "/subscriptions/S/resourceGroups/Rg/providers/Microsoft.ContainerService/managedClusters/C",
            "/subscriptions/S/resourceGroups/Rg",
            "/subscriptions/S"]);
    }

    [Theory]
    [Trait("Rule", "AZ-50")]
    [InlineData("/SUBSCRIPTIONS/s/resourcegroups/RG/Providers/microsoft.containerservice/managedclusters/c/AGENTPOOLS/NP1")]
    public void Equals_AnyCase_IsTheSameResource(string other) => ResourceId.Parse(other).Id.ShouldBe(ResourceId.Parse(Pool).Id);

    [Fact]
    public void Parse_ExtensionResource_LivesInTheResourceBeforeProviders()
    {
        var id = ResourceId.Parse($"{Pool}/providers/Imago/rollouts/r-1").Id!;

        id.Type.ShouldBe("Imago/rollouts");
        id.Parent!.Text.ShouldBe(Pool);
    }

    [Fact]
    public void Parse_ResourceOfTheTenant_HasNoParent() => ResourceId.Parse("/providers/Imago/releases/x").Id!.Parent.ShouldBeNull();

    [Theory]
    [InlineData(null, "has to begin")]
    [InlineData("", "has to begin")]
    [InlineData("subscriptions/s", "has to begin")]
    [InlineData("/", "has to begin")]
    [InlineData("/subscriptions", "the subscription has no id")]
    [InlineData("/subscriptions/s/", "empty segment")]
    [InlineData("/subscriptions//resourceGroups/g", "empty segment")]
    [InlineData("/subscriptions/s/resourceGroups", "the resource group has no name")]
    [InlineData("/subscriptions/s/locations/l", "'locations' stands where 'providers' is expected")]
    [InlineData("/subscriptions/s/providers/N", "a namespace, a type and a name are expected")]
    [InlineData("/subscriptions/s/providers/N/t", "a namespace, a type and a name are expected")]
    [InlineData("/subscriptions/s/providers/N/t/n/u", "type 'u' has no name")]
    public void Parse_WhatIsNoId_SaysWhy(string? text, string why)
    {
        var (id, wrong) = ResourceId.Parse(text);

        id.ShouldBeNull();
        wrong!.ShouldContain(why);
    }

    [Fact]
    public void IsWithin_SiblingWhoseNameBeginsAlike_IsNotInIt()
    {
        var cluster = ResourceId.OfCluster("s", "g", "c");

        cluster.Child("agentPools", "p").IsWithin(cluster).ShouldBeTrue();
        cluster.IsWithin(cluster).ShouldBeTrue();
        ResourceId.OfCluster("s", "g", "c2").IsWithin(cluster).ShouldBeFalse();
        cluster.IsWithin(ResourceId.OfGroup("S", "G")).ShouldBeTrue();
        cluster.IsWithin(ResourceId.OfSubscription("s")).ShouldBeTrue();
    }

    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData("a", true)]
    [InlineData("myAKS_Cluster-1", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a.b", false)]
    [InlineData("a\n", false)]
    public void Cluster_Names_FollowThePattern(string name, bool isFine) => (ResourceNames.RefusalOfCluster(name) is null).ShouldBe(isFine);

    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Cluster_LongNames_AreRefusedFrom64On(int length, bool isFine) => (ResourceNames.RefusalOfCluster(new string('a', length)) is null).ShouldBe(isFine);

    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData("nodepool1", false, true)]
    [InlineData("abcdefghijkl", false, true)]
    [InlineData("abcdefghijklm", false, false)]
    [InlineData("1pool", false, false)]
    [InlineData("Pool", false, false)]
    [InlineData("win123", true, true)]
    [InlineData("win1234", true, false)]
    public void Pool_Names_FollowThePatternAndWindowsIsShorter(string name, bool isWindows, bool isFine) => (ResourceNames.RefusalOfPool(name, isWindows) is null).ShouldBe(isFine);

    [Theory]
    [Trait("Rule", "EV-83")]
    [InlineData("rg-shop", true)]
    [InlineData("a.b(c)_d", true)]
    [InlineData("a.", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    public void Group_Names_FollowThePattern(string name, bool isFine) => (ResourceNames.RefusalOfGroup(name) is null).ShouldBe(isFine);

    [Theory]
    [InlineData("North 1", "north1")]
    [InlineData("north-1", "north-1")]
    [InlineData("", null)]
    [InlineData("a/b", null)]
    public void Location_AsWritten_IsStoredInOneSpelling(string text, string? stored) => ResourceNames.Location(text).ShouldBe(stored);

    private static IEnumerable<string> Parents(ResourceId id)
    {
        for (var parent = id.Parent; parent is not null; parent = parent.Parent)
        {
            yield return parent.Text;
        }
    }
}
