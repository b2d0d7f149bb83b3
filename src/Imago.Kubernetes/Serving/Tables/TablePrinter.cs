using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>How objects of a kind are shown as rows.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Cells">The cells of an object at an instant; as many as there are columns.</param>
internal sealed record TablePrinter(ImmutableArray<TableColumn> Columns, Func<JsonObject, DateTimeOffset, JsonArray> Cells)
{
    private static readonly ImmutableDictionary<string, TablePrinter> Printers = ImmutableDictionary.CreateRange<string, TablePrinter>(
    [
        new("nodes", NodeTable.Printer),
        new("pods", PodTable.Printer),
        new("events", EventTable.Printer),
        new("poddisruptionbudgets", PolicyTables.Budgets),
        new("deployments", WorkloadTables.Deployments),
        new("replicasets", WorkloadTables.ReplicaSets),
        new("statefulsets", WorkloadTables.StatefulSets),
        new("daemonsets", WorkloadTables.DaemonSets),
        new("namespaces", PolicyTables.Namespaces),
        new("configmaps", PolicyTables.ConfigMaps),
        new("leases", PolicyTables.Leases),
        new("serviceaccounts", PolicyTables.ServiceAccounts),
        new("services", ServiceTable.Printer),
        new("persistentvolumes", VolumeTables.Volumes),
        new("persistentvolumeclaims", VolumeTables.Claims),
    ]);

    // What the API does not know how to print it prints so.
    private static readonly TablePrinter Plain = new(
        [TableColumn.ObjectName, TableColumn.Age with { Name = "Created At", Type = "date" }],
        (o, _) => [o.Name(), o.Text("metadata", "creationTimestamp")]);

    public static TablePrinter Of(string plural) => Printers.GetValueOrDefault(plural, Plain);
}
