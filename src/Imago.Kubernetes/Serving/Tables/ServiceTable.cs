using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary><c>kubectl get services</c>.</summary>
internal static class ServiceTable
{
    public static TablePrinter Printer { get; } = new(
        [
            TableColumn.ObjectName,
            new("Type", "type determines how the Service is exposed."),
            new("Cluster-IP", "clusterIP is the IP address of the service."),
            new("External-IP", "externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service."),
            new("Port(s)", "The list of ports that are exposed by this service."),
            TableColumn.Age,
            new("Selector", "Route service traffic to pods with label keys and values matching this selector.", IsWide: true),
        ],
        Cells);

    private static JsonArray Cells(JsonObject service, DateTimeOffset now) =>
    [
        service.Name(),
        service.Text("spec", "type") is { Length: > 0 } type ? type : "ClusterIP",
        service.Text("spec", "clusterIP").OrNone(),
        string.Join(',', service.Items("spec", "externalIPs").Select(i => i.Text())).OrNone(),
        string.Join(',', service.Items("spec", "ports").Select(Port)).OrNone(),
        service.Age(now),
        string.Join(',', (service.At("spec", "selector") as JsonObject ?? []).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value.Text()}")).OrNone(),
    ];

    private static string Port(JsonNode port)
    {
        var protocol = port.Text("protocol") is { Length: > 0 } said ? said : "TCP";
        return port.Number("nodePort") is > 0 and var node ? $"{port.Number("port")}:{node}/{protocol}" : $"{port.Number("port")}/{protocol}";
    }
}
