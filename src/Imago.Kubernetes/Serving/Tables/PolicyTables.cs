using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>Budgets, namespaces, and the small kinds.</summary>
internal static class PolicyTables
{
    public static TablePrinter Budgets { get; } = new(
        [
            TableColumn.ObjectName,
            new("Min Available", "The minimum number of pods that must be available."),
            new("Max Unavailable", "The maximum number of pods that may be unavailable."),
            new("Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.", Type: "integer"),
            TableColumn.Age,
        ],
        (o, now) => [o.Name(), OrNot(o, "minAvailable"), OrNot(o, "maxUnavailable"), o.Number("status", "disruptionsAllowed"), o.Age(now)]);

    public static TablePrinter Namespaces { get; } = new(
        [TableColumn.ObjectName, new("Status", "The status of the namespace"), TableColumn.Age],
        (o, now) => [o.Name(), o.Text("status", "phase"), o.Age(now)]);

    public static TablePrinter ConfigMaps { get; } = new(
        [
            TableColumn.ObjectName,
            new("Data", "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process."),
            TableColumn.Age,
        ],
        (o, now) => [o.Name(), $"{Count(o, "data") + Count(o, "binaryData")}", o.Age(now)]);

    public static TablePrinter Leases { get; } = new(
        [
            TableColumn.ObjectName,
            new("Holder", "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field."),
            TableColumn.Age,
        ],
        (o, now) => [o.Name(), o.Text("spec", "holderIdentity"), o.Age(now)]);

    public static TablePrinter ServiceAccounts { get; } = new([TableColumn.ObjectName, TableColumn.Age], (o, now) => [o.Name(), o.Age(now)]);

    private static string OrNot(JsonObject budget, string field) => budget.Text("spec", field) is { Length: > 0 } text ? text : "N/A";

    private static int Count(JsonObject map, string field) => (map.At(field) as JsonObject)?.Count ?? 0;
}
