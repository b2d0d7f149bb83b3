using System.Diagnostics.Metrics;

namespace Imago.Kubernetes.Serving;

/// <summary>What serving simulated clusters measures. The names are a contract: whoever exports them keeps them as they are.</summary>
public sealed class ServingMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Imago.Kubernetes.Serving";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly UpDownCounter<long> _watches;

    public ServingMetrics()
    {
        _requests = _meter.CreateCounter<long>("kubernetes_served_requests_total", description: "Requests to simulated clusters, by verb, resource and status");
        _watches = _meter.CreateUpDownCounter<long>("kubernetes_served_watches", description: "Watches on simulated clusters that are open, by resource");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Count(string verb, string resource, int status) => _requests.Add(1, new("verb", verb), new("resource", resource), new("code", status));

    internal IDisposable BeginWatch(string resource)
    {
        _watches.Add(1, new KeyValuePair<string, object?>("resource", resource));
        return new OpenWatch(this, resource);
    }

    private sealed class OpenWatch(ServingMetrics metrics, string resource) : IDisposable
    {
        public void Dispose() => metrics._watches.Add(-1, new KeyValuePair<string, object?>("resource", resource));
    }
}
