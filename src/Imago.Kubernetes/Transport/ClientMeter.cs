using System.Diagnostics.Metrics;

namespace Imago.Kubernetes.Transport;

/// <summary>What the clients of this process measure together. The names are a contract: whoever exports them keeps them as they are.</summary>
public static class ClientMeter
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Imago.Kubernetes";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("imago_kubernetes_requests_total", description: "Requests to the APIs of clusters; code 0: no answer");
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("imago_kubernetes_sent_bytes_total", "By", "Bytes of request bodies");
    private static readonly Counter<long> Received = Meter.CreateCounter<long>("imago_kubernetes_received_bytes_total", "By", "Bytes of answers, unpacked");

    internal static void Count(string verb, string resource, int code, long sent)
    {
        Requests.Add(1, new("verb", verb), new("resource", resource), new("code", code));
        if (sent > 0)
        {
            Sent.Add(sent, new("verb", verb), new("resource", resource));
        }
    }

    internal static void CountReceived(string verb, string resource, long bytes) => Received.Add(bytes, new("verb", verb), new("resource", resource));
}
