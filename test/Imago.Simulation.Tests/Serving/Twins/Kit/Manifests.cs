namespace Imago.Simulation.Tests.Serving.Twins.Kit;

/// <summary>What people write.</summary>
internal static class Manifests
{
    public static string Deployment(string name, int replicas, string image = "registry.example/app:1") => Workload("Deployment", name, $"\"replicas\":{replicas},", image);

    public static string Controller(string kind, string name, int replicas) =>
        Workload(kind, name, kind == "DaemonSet" ? "" : $"\"replicas\":{replicas},", "registry.example/app:1");

    public static string Pod(string name, string inNamespace = "default") => """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"NAME","namespace":"SPACE","labels":{"app":"bare"}},
         "spec":{"containers":[{"name":"main","image":"registry.example/app:1"}],"volumes":[{"name":"scratch","emptyDir":{}}]}}
        """.Replace("NAME", name, StringComparison.Ordinal).Replace("SPACE", inNamespace, StringComparison.Ordinal);

    public static string Budget(string name, string app, string amount) => """
        {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"NAME","namespace":"default"},
         "spec":{AMOUNT,"selector":{"matchLabels":{"app":"APP"}}}}
        """.Replace("NAME", name, StringComparison.Ordinal).Replace("APP", app, StringComparison.Ordinal).Replace("AMOUNT", amount, StringComparison.Ordinal);

    public static string Named(string kind, string name, string inNamespace = "default") => """{"kind":"KIND","metadata":{"name":"NAME","namespace":"SPACE"},"data":{"a":"1"}}"""
        .Replace("KIND", kind, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal).Replace("SPACE", inNamespace, StringComparison.Ordinal);

    public static string Namespace(string name) => """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"NAME"}}""".Replace("NAME", name, StringComparison.Ordinal);

    private static string Workload(string kind, string name, string replicas, string image) => """
        {"apiVersion":"apps/v1","kind":"KIND","metadata":{"name":"NAME","namespace":"default"},
         "spec":{REPLICAS"selector":{"matchLabels":{"app":"NAME"}},
          "template":{"metadata":{"labels":{"app":"NAME"}},"spec":{"containers":[{"name":"main","image":"IMAGE","resources":{"requests":{"cpu":"50m"}}}]}}}}
        """.Replace("KIND", kind, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal)
        .Replace("REPLICAS", replicas, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal);
}
