using System.Text.Json;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Images;

public sealed class ImagesCommandTests
{
    [Fact]
    public async Task Images_WithoutOptions_ListsFamiliesAndTracksAsOfTheClock()
    {
        var (code, output, error) = await RunAsync("images");

        code.ShouldBe(ExitCode.Ok);
        output.ShouldStartWith("As of 2026-08-20T09:00:00Z. Source: Azure/AgentBaker release notes and Azure/AKS image notes (MIT), up to 2026-08-20.");
        Line(output, "AKSUbuntu-2204gen2containerd ").ShouldContain("20260814T000000Z");
        Line(output, "AKSAzureLinux-V2gen2 ").ShouldContain("retired 2025-11-30, images removed 2026-03-31");
        Line(output, "AKSFlatcar-flatcargen2 ").ShouldContain("202607.02.0");
        Line(output, "ubuntu2204 ").ShouldContain("202607.02.0: reboot");
        error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Images_AtAnEarlierDate_DoesNotKnowTheFuture()
    {
        var (_, output, _) = await RunAsync("images", "--family", "AKSUbuntu-2204gen2containerd", "--at", "2024-08-01");

        output.ShouldStartWith("As of 2024-08-01T00:00:00Z.");
        output.ShouldContain("202407.29.0");
        output.ShouldNotContain("202408");
        output.ShouldNotContain("Patch level");
    }

    [Fact]
    public async Task Images_FamilyWithAState_SaysItInASentence()
    {
        var (_, output, _) = await RunAsync("images", "--family", "AKSUbuntu-1804gen2containerd", "--at", "2026-08-20");

        Line(output, "AKSUbuntu-1804gen2containerd: ").ShouldBe("AKSUbuntu-1804gen2containerd: Ubuntu1804, generation 2. Retired 2025-06-17.");
    }

    [Fact]
    public async Task Images_AfterTheEndOfTheData_SaysSo()
    {
        var (code, output, error) = await RunAsync("images", "--at", "2026-11-25T06:00:00Z", "--output", "json");

        code.ShouldBe(ExitCode.Ok);
        error.ShouldBe("imago: The catalogue ends on 2026-08-20; newer images may exist that it does not know.\n");
        JsonDocument.Parse(output).RootElement.GetProperty("catalogue").GetProperty("afterData").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("AKSUbuntu-2204gen2containerd")]
    [InlineData("aksubuntu-gen2-2204containerd")]
    [InlineData("AKSUbuntu/gen2/2204containerd")]
    [InlineData("AKSUbuntu-2204")]
    [InlineData("AKSUbuntu-2204gen2containerd-202607.18.0")]
    public async Task Images_OfAFamilyInAnySpelling_ShowsItsVersionsNewestFirst(string spelling)
    {
        var (code, output, _) = await RunAsync("images", "--family", spelling, "--at", "2026-07-20", "-o", "json");

        code.ShouldBe(ExitCode.Ok);
        var root = JsonDocument.Parse(output).RootElement;
        root.GetProperty("family").GetProperty("family").GetString().ShouldBe("AKSUbuntu-2204gen2containerd");
        root.GetProperty("family").GetProperty("latest").GetProperty("version").GetString().ShouldBe("202607.09.0");
        var versions = root.GetProperty("versions").EnumerateArray().ToList();
        versions.Count.ShouldBe(181);
        versions[^1].GetProperty("version").GetString().ShouldBe("202209.19.0");
        versions.Count(v => v.GetProperty("state").GetString() == "latest").ShouldBe(1);
        versions.Count(v => v.GetProperty("state").GetString() == "withdrawn").ShouldBe(16);
        root.GetProperty("patchLevels")[0].GetProperty("level").GetString().ShouldBe("20260706T000000Z");
    }

    [Fact]
    public async Task Images_OfAnOldImage_ShowsItsAgeAndSupport()
    {
        var (_, output, _) = await RunAsync("images", "--family", "AKSUbuntu-2204gen2containerd", "--at", "2026-08-20");

        Line(output, "202605.14.0 ").ShouldContain("out of support (older than 90 days)");
        Line(output, "202606.19.0 ").ShouldContain("ageing (60 days or older)");
    }

    [Theory]
    [InlineData("2204gen2", "AKSUbuntu-2204gen2TLcontainerd")]
    [InlineData("AKSUbuntu-2204gen2contanerd", "AKSUbuntu-2204gen2containerd")]
    [InlineData("flatcar", "AKSFlatcar-flatcargen2")]
    public async Task Images_OfAnUnknownFamily_SuggestsTheNearest(string text, string suggestion)
    {
        var (code, output, error) = await RunAsync("images", "--family", text);

        code.ShouldBe(ExitCode.Failed);
        output.ShouldBeEmpty();
        error.ShouldStartWith($"imago: --family: '{text}' is no image family of the catalogue. Did you mean ");
        error.ShouldContain(suggestion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AKSUbuntu-2404gen2arm64gbcontainerd")]
    public async Task Images_OfAFamilyWithoutImages_IsAnErrorToo(string family)
    {
        var (code, _, error) = await RunAsync("images", "--family", family);

        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain("Did you mean");
    }

    [Fact]
    public async Task Images_AtSomethingElse_SaysWhatToWrite()
    {
        var (code, _, error) = await RunAsync("images", "--at", "yesterday");

        code.ShouldBe(ExitCode.Usage);
        error.ShouldStartWith("imago: --at: 'yesterday' is not an instant. Write RFC 3339, for example ");
    }

    [Fact]
    public async Task Images_WithAnotherOutput_IsAMisuse() => (await RunAsync("images", "--output", "yaml")).Code.ShouldBe(ExitCode.Usage);

    [Fact]
    public async Task Help_OfImages_ShowsExamples() => (await RunAsync("images", "--help")).Output.ShouldContain("imago images --family AKSUbuntu-gen2-2204containerd --output json");

    private static string Line(string output, string start) =>
        output.Split('\n').First(line => line.TrimStart().StartsWith(start, StringComparison.Ordinal));

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var run = await CommandRun.With("", "2026-08-20T09:00:00Z", args);
        return (run.ExitCode, run.Out, run.Error);
    }
}
