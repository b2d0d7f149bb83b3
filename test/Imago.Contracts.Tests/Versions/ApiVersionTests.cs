using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Versions;

public sealed class ApiVersionTests
{
    [Fact]
    public void Order_PreviewOfTheSameDay_ComesBeforeTheStableVersion()
    {
        ApiVersion[] versions = [ApiVersion.Of("2025-03-01"), ApiVersion.Of("2025-03-02-preview"), ApiVersion.Of("2025-03-01-preview"), ApiVersion.Of("2024-10-01")];

        versions.Order().Select(v => v.ToString()).ShouldBe(["2024-10-01", "2025-03-01-preview", "2025-03-01", "2025-03-02-preview"]);
    }

    [Fact]
    public void Supported_Lists_AreInOrderAndApart()
    {
        ContainerServiceVersions.Stable.ShouldBe(ContainerServiceVersions.Stable.Distinct().Order());
        ContainerServiceVersions.Previews.ShouldBe(ContainerServiceVersions.Previews.Distinct().Order());
        ContainerServiceVersions.Stable.ShouldAllBe(v => !v.IsPreview);
        ContainerServiceVersions.Previews.ShouldAllBe(v => v.IsPreview);
    }

    [Theory]
    [InlineData("2025-03-01")]
    [InlineData("2026-03-02-preview")]
    [InlineData("2026-03-02-PREVIEW")]
    [InlineData("2022-11-02-preview")]
    [InlineData("2023-06-01")]
    [InlineData("2026-04-01")]
    public void Read_VersionsThatClientsSend_AreServed(string text) => ContainerServiceVersions.Read(text, "managedClusters").Error.ShouldBeNull();

    [Theory]
    [Trait("Rule", "CH-70")]
    [InlineData(null, ErrorCodes.MissingApiVersionParameter)]
    [InlineData("", ErrorCodes.MissingApiVersionParameter)]
    [InlineData("latest", ErrorCodes.InvalidApiVersionParameter)]
    [InlineData("2025-13-01", ErrorCodes.InvalidApiVersionParameter)]
    [InlineData("2023-05-01", ErrorCodes.NoRegisteredProviderFound)]
    [InlineData("2022-09-02-preview", ErrorCodes.NoRegisteredProviderFound)]
    [InlineData("2030-01-01", ErrorCodes.NoRegisteredProviderFound)]
    public void Read_OtherVersions_AreRefusedWithAList(string? text, string code)
    {
        var (version, error) = ContainerServiceVersions.Read(text, "managedClusters");

        version.ShouldBeNull();
        error!.Code.ShouldBe(code);
        if (code != ErrorCodes.MissingApiVersionParameter)
        {
            error.Message.ShouldContain("2026-04-01");
            error.Message.ShouldContain("2022-11-02-preview");
        }
    }

    [Theory]
    [Trait("Rule", "EV-86")]
    [InlineData("2025-07-01", true)]
    [InlineData("2025-06-01", false)]
    [InlineData("2024-07-02-preview", true)]
    [InlineData("2024-06-02-preview", false)]
    [InlineData("2024-08-01", false)]
    public void In_PreviewThenStable_HoldsForEachTrain(string version, bool isIn) =>
        Availability.From("2025-07-01", "2024-07-02-preview").In(ApiVersion.Of(version)).ShouldBe(isIn);

    [Theory]
    [InlineData("2026-04-01", false)]
    [InlineData("2026-03-02-preview", true)]
    public void In_PreviewsOnly_NeverInAStableVersion(string version, bool isIn) => Availability.PreviewsFrom("2025-08-02-preview").In(ApiVersion.Of(version)).ShouldBe(isIn);
}
