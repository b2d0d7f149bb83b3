using System.Diagnostics.Metrics;
using Imago.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Telemetry;

public sealed class PrometheusTests
{
    [Fact]
    [Trait("Rule", "EV-68")]
    public void Scrape_CountersGaugesAndHistograms_AreWrittenAsPrometheusReadsThem()
    {
        using var meter = new Meter("Test.Text");
        using var metrics = new PrometheusMetrics(m => m.Name == "Test.Text");
        var runs = meter.CreateCounter<long>("nodeos_upgrade_runs_total", description: "Rollouts that ended, by result");
        var durations = meter.CreateHistogram("request.duration", "s", "How long", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        meter.CreateObservableGauge("nodeos_nodes_behind", () => new Measurement<long>(3, new("pool", "np1"), new("cluster", "a\"b\\c\nd")));
        runs.Add(1, new("result", "Succeeded"), new("pool", "np1"));
        runs.Add(2, new("pool", "np1"), new("result", "Succeeded"));
        durations.Record(0.5);
        durations.Record(1.5);
        durations.Record(9);

        metrics.Scrape().ShouldBe(
            """
            # TYPE nodeos_nodes_behind gauge
            nodeos_nodes_behind{cluster="a\"b\\c\nd",pool="np1"} 3
            # HELP nodeos_upgrade_runs_total Rollouts that ended, by result
            # TYPE nodeos_upgrade_runs_total counter
            nodeos_upgrade_runs_total{pool="np1",result="Succeeded"} 3
            # HELP request_duration_seconds How long
            # TYPE request_duration_seconds histogram
            request_duration_seconds_bucket{le="1"} 1
            request_duration_seconds_bucket{le="2"} 2
            request_duration_seconds_bucket{le="+Inf"} 3
            request_duration_seconds_sum 11
            request_duration_seconds_count 3

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Scrape_ObservedThingThatIsGone_IsNotToldAnyMore()
    {
        using var meter = new Meter("Test.Gone");
        using var metrics = new PrometheusMetrics(m => m.Name == "Test.Gone");
        string[] clusters = ["a", "b"];
        meter.CreateObservableGauge("behind", () => clusters.Select(c => new Measurement<int>(1, new KeyValuePair<string, object?>("cluster", c))));
        metrics.Scrape().ShouldContain("cluster=\"b\"");

        clusters = ["a"];

        metrics.Scrape().ShouldNotContain("cluster=\"b\"");
    }

    [Fact]
    public void Scrape_MetersOfOthers_AreLeftOut()
    {
        using var meter = new Meter("Test.Other");
        using var metrics = new PrometheusMetrics(m => m.Name == "Test.Ours");
        meter.CreateCounter<int>("other").Add(1);

        metrics.Scrape().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http.server.request.duration", "http_server_request_duration")]
    [InlineData("9lives", "_9lives")]
    public void Name_WithOtherCharacters_IsMadeValid(string name, string expected) => PrometheusText.NameOf(name).ShouldBe(expected);
}
