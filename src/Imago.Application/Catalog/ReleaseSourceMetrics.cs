using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Imago.Application.Catalog.Archives;

namespace Imago.Application.Catalog;

/// <summary>What is measured of archives and feeds, and how they stand as this process has seen them. The names are a contract.</summary>
public sealed class ReleaseSourceMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Imago.Releases";

    /// <summary>What the feed is called among the sources; an archive cannot have that name.</summary>
    public const string Feed = "feed";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _looks;
    private readonly ConcurrentDictionary<string, ArchiveStanding> _standings = new(StringComparer.Ordinal);

    public ReleaseSourceMetrics()
    {
        _looks = _meter.CreateCounter<long>("imago_release_source_looks_total", description: "Looks at package archives and the release feed, by result");
        _meter.CreateObservableGauge(
            "imago_release_source_problem",
            () => _standings.Where(s => s.Value.Problem is not null).Select(s => new Measurement<long>(1, new("source", s.Key), new("problem", s.Value.Problem.ToString()))),
            description: "Package archives and release feeds that could not be used at the last look");
        _meter.CreateObservableGauge(
            "imago_archive_suite_timestamp",
            () => _standings.SelectMany(s => s.Value.Suites.Select(suite => new Measurement<long>(suite.Date.ToUnixTimeSeconds(), new("source", s.Key), new("suite", suite.Suite)))),
            description: "Date of the suites of package archives, in seconds since 1970");
    }

    /// <summary>What is wrong with sources, a sentence each, in order of their names; empty: nothing.</summary>
    public IReadOnlyList<string> Problems =>
        [.. _standings.Where(s => s.Value.Problem is not null).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"Release source '{s.Key}': {s.Value.Problem}. {s.Value.Message}")];

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Looked(string source, ArchiveStanding standing)
    {
        _standings[source] = standing;
        _looks.Add(1, new("source", source), new("result", standing.Problem?.ToString() ?? "Ok"));
    }

    internal void Heard(string source, ArchiveStanding standing) => _standings[source] = standing;
}
