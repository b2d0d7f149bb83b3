using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class TargetTests(Files files) : IClassFixture<Files>
{
    private const string Family = "AKSUbuntu-2204gen2containerd";

    [Theory]
    [InlineData("202606.08.1")]
    [InlineData(Family + "-202606.08.1")]
    public async Task Target_VersionOrWholeImage_IsWhatNodesGoTo(string target) =>
        (await Targets(files.Shop, "--target", target)).ShouldBe([("apps", "Pending", $"{Family}-202606.08.1"), ("batch", "Pending", $"{Family}-202606.08.1"), ("system", "Pending", $"{Family}-202606.08.1")], ignoreOrder: true);

    [Theory]
    [InlineData("209901.01.0", "Target 'AKSUbuntu-2204gen2containerd-209901.01.0' is not in the catalogue.")]
    [InlineData("AKSUbuntu-2404gen2containerd-202606.19.0", "is not of family 'AKSUbuntu-2204gen2containerd', which node pool 'apps' runs.")]
    [InlineData("newest", "Target 'newest' is no version of family 'AKSUbuntu-2204gen2containerd'.")]
    public async Task Target_ThatFitsNoPool_IsRefused(string target, string message)
    {
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--target", target)).ShouldFail(ExitCode.Failed, message);
        (await CommandRun.Of("explain", "--cluster", files.Shop, "--target", target)).ShouldFail(ExitCode.Failed, message);
    }

    [Fact]
    public async Task Target_Withdrawn_IsRefused()
    {
        var listed = (await CommandRun.Of("images", "--family", Family, "--output", "json")).Json.GetProperty("versions").EnumerateArray();
        var withdrawn = listed.First(v => v.GetProperty("state").GetString() == "withdrawn").GetProperty("version").GetString()!;

        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--target", withdrawn)).ShouldFail(ExitCode.Failed, $"Target '{Family}-{withdrawn}' was withdrawn on ");
    }

    [Fact]
    public async Task Target_OlderThanWhatNodesRun_LeavesThemAsTheyAre()
    {
        var run = await CommandRun.Of("forecast", "--cluster", files.Shop, "--target", "202407.22.0", "--output", "json");

        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);
        run.Json.GetProperty("summary").GetProperty("current").GetInt32().ShouldBe(24);
        run.Json.GetProperty("nodes")[0].GetProperty("reasons")[0].GetProperty("code").GetString().ShouldBe("NewerThanTarget");
    }

    [Fact]
    public async Task Target_UnderSecurityPatch_IsAPatchLevel()
    {
        (await Targets(files.Shop, "--channel", "SecurityPatch", "--target", "20260613T000000Z")).ShouldContain(("apps", "Pending", "20260613T000000Z"));
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--channel", "SecurityPatch", "--target", "202606.19.0")).ShouldFail(
            ExitCode.Failed, "Target '202606.19.0' is not a patch level, which channel SecurityPatch needs.");
    }

    [Fact]
    public async Task Target_OfImagesThatTheCatalogueDoesNotKnow_IsComparedAsItIs()
    {
        var dump = files.Write("cos.json", Nodes(("a", "web", "cos-113"), ("b", "web", "cos-117")));

        (await Targets(dump, "--target", "cos-117")).ShouldBe([("web", "Pending", "cos-117"), ("web", "Current", "cos-117")], ignoreOrder: true);
        (await Targets(dump)).ShouldBe([("web", "NotSupported", null)]);
    }

    [Fact]
    public async Task Target_InAMixedCluster_IsMeantForThePoolsThatKnowIt()
    {
        var dump = files.Write("mixed.json", Nodes(("a", "web", "cos-113"), ("b", "aks", $"{Family}-202605.14.0")));

        (await Targets(dump, "--target", "202606.08.1")).ShouldBe([("aks", "Pending", $"{Family}-202606.08.1"), ("web", "NotSupported", null)], ignoreOrder: true);
        (await Targets(dump, "--target", "cos-117")).ShouldContain(("web", "Pending", "cos-117"));
    }

    private static async Task<IEnumerable<(string? Pool, string? Status, string? Target)>> Targets(string dump, params string[] args)
    {
        var run = await CommandRun.Of(["explain", "--cluster", dump, "--output", "json", .. args]);
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Error);

        // The node that cannot be drained is another story.
        return run.Json.GetProperty("nodes").EnumerateArray()
            .Select(n => (n.GetProperty("pool").GetString(), n.GetProperty("status").GetString(), n.GetProperty("target").GetString())).Where(n => n.Item2 != "Blocked").Distinct();
    }

    private static string Nodes(params (string Name, string Pool, string Image)[] nodes) => $$$"""{"kind":"List","apiVersion":"v1","items":[{{{string.Join(',', nodes.Select(n =>
        $$$"""{"kind":"Node","apiVersion":"v1","metadata":{"name":"{{{n.Name}}}","labels":{"agentpool":"{{{n.Pool}}}","kubernetes.azure.com/node-image-version":"{{{n.Image}}}"}},"status":{"nodeInfo":{"osImage":"{{{n.Image}}}","kubeletVersion":"v1.33.1"},"conditions":[{"type":"Ready","status":"True"}]}}"""))}}}]}""";
}
