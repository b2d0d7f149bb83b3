using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Imago.Server.Telemetry;

/// <summary>Listens to this process' meters and answers a scrape: counters and histograms add up as they come, gauges are asked for when somebody scrapes.</summary>
public sealed class PrometheusMetrics : IDisposable
{
    // Somebody who sends made-up paths or names must not fill the memory.
    private const int MostSeries = 200_000;

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = [];
    private readonly Lock _scrape = new();
    private readonly MeterListener _listener;
    private int _series;

    /// <summary>Begins to listen.</summary>
    /// <param name="isWanted">Which meters are listened to.</param>
    public PrometheusMetrics(Func<Meter, bool> isWanted)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (isWanted(instrument.Meter))
                {
                    _instruments.TryAdd(instrument, new(StringComparer.Ordinal));
                    listener.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (instrument, _) => _instruments.Remove(instrument, out var _),
        };
        _listener.SetMeasurementEventCallback<byte>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<short>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<int>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<long>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<float>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<double>((i, v, t, _) => Note(i, v, t));
        _listener.SetMeasurementEventCallback<decimal>((i, v, t, _) => Note(i, (double)v, t));
        _listener.Start();
    }

    /// <summary>Everything, as Prometheus' text.</summary>
    public string Scrape()
    {
        lock (_scrape)
        {
            // What is observed now is all there is: a cluster that was deleted is not reported any more.
            foreach (var (instrument, series) in _instruments)
            {
                if (instrument.IsObservable)
                {
                    Interlocked.Add(ref _series, -series.Count);
                    series.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            var text = new PrometheusText();
            foreach (var group in _instruments.GroupBy(i => NameOf(i.Key), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                Write(text, group.Key, [.. group]);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Write(PrometheusText text, string name, KeyValuePair<Instrument, ConcurrentDictionary<string, Series>>[] parts)
    {
        var all = parts.SelectMany(p => p.Value).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value).ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Head(name, TypeOf(parts[0].Key), parts[0].Key.Description ?? "");
        foreach (var series in all)
        {
            series.Write(text, name);
        }
    }

    private static string TypeOf(Instrument instrument) => KindOf(instrument) switch { Kind.Sum => "counter", Kind.Histogram => "histogram", _ => "gauge" };

    // OpenTelemetry's names become Prometheus': dots to underscores, the unit and _total at the end. Names that carry them already stay as they are.
    private static string NameOf(Instrument instrument)
    {
        var name = PrometheusText.NameOf(instrument.Name);
        if (instrument.Unit is "s" && !name.EndsWith("_seconds", StringComparison.Ordinal))
        {
            name += "_seconds";
        }

        return KindOf(instrument) == Kind.Sum && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static Kind KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic == typeof(Counter<>) ? Kind.Sum
            : generic == typeof(UpDownCounter<>) ? Kind.UpDown
            : generic == typeof(ObservableCounter<>) ? Kind.Sum
            : generic == typeof(Histogram<>) ? Kind.Histogram
            : Kind.Last;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_instruments.TryGetValue(instrument, out var ofInstrument))
        {
            return;
        }

        // The key is the labels as they are written; measurements with equal labels are one series whatever their order.
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, tag) in tags)
        {
            labels[PrometheusText.NameOf(key)] = tag is IFormattable number ? number.ToString(null, System.Globalization.CultureInfo.InvariantCulture) : tag?.ToString() ?? "";
        }

        var name = string.Join('\u0001', labels.Select(l => $"{l.Key}\u0002{l.Value}"));
        if (!ofInstrument.TryGetValue(name, out var series))
        {
            if (Volatile.Read(ref _series) >= MostSeries)
            {
                return;
            }

            series = ofInstrument.GetOrAdd(name, _ =>
            {
                Interlocked.Increment(ref _series);
                return new Series(KindOf(instrument), instrument.IsObservable, [.. labels], BoundsOf(instrument));
            });
        }

        series.Note(value);
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };

    private enum Kind
    {
        Sum,
        UpDown,
        Last,
        Histogram,
    }

    private sealed class Series(Kind kind, bool isObservable, KeyValuePair<string, string>[] labels, double[] bounds)
    {
        private readonly Lock _turn = new();
        private readonly long[] _buckets = kind == Kind.Histogram ? new long[bounds.Length + 1] : [];
        private double _value;

        public void Note(double value)
        {
            lock (_turn)
            {
                if (kind == Kind.Histogram)
                {
                    var bucket = 0;
                    while (bucket < bounds.Length && value > bounds[bucket])
                    {
                        bucket++;
                    }

                    _buckets[bucket]++;
                    _value += value;
                }
                else
                {
                    // An observable counter tells its total, not what was added.
                    _value = kind == Kind.Last || isObservable ? value : _value + value;
                }
            }
        }

        public void Write(PrometheusText text, string name)
        {
            lock (_turn)
            {
                if (kind != Kind.Histogram)
                {
                    text.Sample(name, labels, _value);
                    return;
                }

                var count = 0L;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    count += _buckets[i];
                    text.Sample($"{name}_bucket", [.. labels, new("le", PrometheusText.Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity))], count);
                }

                text.Sample($"{name}_sum", labels, _value);
                text.Sample($"{name}_count", labels, count);
            }
        }
    }
}
