using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class ForecastTableTests(Files files) : IClassFixture<Files>
{
    [Fact]
    public async Task Forecast_Table_TellsOutcomePoolsWindowsAndWhatIsInTheWay()
    {
        var lines = (await Run(80)).Out.Split('\n');

        lines.ShouldContain("23 upgraded, 1 blocked. The last node is finished at 2026-07-05 00:20.");
        lines.ShouldContain("  apps       15        14  2026-07-04 22:04  2026-07-04 23:30");
        lines.ShouldContain("  window opens      closes            nodes upgraded");
        lines.ShouldContain("  2026-07-04 22:00  2026-07-05 02:00              23");
        lines.ShouldContain("Blocked: aks-apps-38120417-vmss000003 of pool apps");
        lines.ShouldContain("  runs    AKSUbuntu-2204gen2containerd-202407.29.0");
        lines.ShouldContain("  disruption budget  held evictions back for  on nodes");
        lines.Single(l => l.StartsWith("  system  ....", StringComparison.Ordinal)).Length.ShouldBe("  system  ".Length + 60);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(64)]
    public async Task Forecast_Table_FitsTheTerminal(int width) =>
        (await Run(width)).Out.Split('\n').Where(l => l.Length > width).ShouldBeEmpty();

    [Fact]
    public async Task Forecast_Table_SaysOnceThatTimesAreUtc() => (await Run(80)).Out.Split("UTC").Length.ShouldBe(2);

    [Fact]
    public async Task Forecast_IntoAPipe_BreaksNoLine() =>
        (await Run(int.MaxValue)).Out.Split('\n').ShouldContain(l => l.Length > 300 && l.Contains("shop/legacy-admin") && l.Contains("Quarantined: "));

    [Fact]
    public async Task Forecast_ChannelNone_TellsTogetherWhatHoldsForAll()
    {
        var output = (await Run(80, "--channel", "None")).Out;

        output.ShouldContain("NotSupported: 15 nodes of pool apps\n");
        output.ShouldContain("  why     ChannelNone: Node OS upgrade channel None:");
        output.ShouldNotContain("Nodes under way");
        output.ShouldNotContain("evictions");
    }

    private Task<CommandRun> Run(int width, params string[] args) => CommandRun.InTerminal(
        width, ["forecast", "--cluster", files.Shop, "--maintenance", files.Weekly, "--from", "2026-07-01", "--undrainable", "Cordon", .. args]);
}
