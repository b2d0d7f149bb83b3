using Imago.Api.Documents;
using Imago.Api.Tests.Admission.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Documents;

public sealed class ETagsTests
{
    [Fact]
    [Trait("Rule", "EV-84")]
    public void Of_ResourceWhoseDocumentChanges_ChangesWithItAndNotWithItsStatus()
    {
        var stored = Stored();

        ETags.Of(stored with { Status = "{\"a\":1}", StatusVersion = 9 }).ShouldBe(ETags.Of(stored));
        ETags.Of(stored with { Version = 2 }).ShouldNotBe(ETags.Of(stored));
        ETags.Of(stored with { CreatedAt = stored.CreatedAt + Duration.FromSeconds(1) }).ShouldNotBe(ETags.Of(stored));
    }

    [Fact]
    [Trait("Rule", "EV-84")]
    [Trait("Rule", "AZ-35")]
    public void Matches_HeaderInItsForms_FindsTheTag()
    {
        var stored = Stored();
        var tag = ETags.Of(stored);

        foreach (var header in (string[])["*", tag, $"\"{tag}\"", $"W/\"{tag}\"", $"\"x\", \"{tag}\""])
        {
            ETags.Matches(header, stored).ShouldBeTrue(header);
        }

        ETags.Matches("\"x\"", stored).ShouldBeFalse();
    }

    [Theory]
    [Trait("Rule", "EV-84")]
    [Trait("Rule", "EV-86")]
    [InlineData("2024-09-01", true)]
    [InlineData("2024-08-01", false)]
    public void Get_ETag_IsShownFromItsVersionOn(string version, bool isShown)
    {
        var cluster = WrittenCluster.Made();

        cluster.Get(version).ContainsKey("eTag").ShouldBe(isShown);
        cluster.GetPool("sys", version)["properties"]!.AsObject().ContainsKey("eTag").ShouldBe(isShown);
    }

    private static Application.Storage.StoredResource Stored()
    {
        var cluster = WrittenCluster.Made();
        return cluster.Find(cluster.Id)!;
    }
}
