using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Discovery;

/// <summary>What the API says about itself.</summary>
internal static class VersionDocument
{
    // Whose answers ours are compared with; said to those of whom it is not known which cluster they may see.
    public const string Usual = "v1.36.2";

    /// <summary>The answer.</summary>
    /// <param name="version">Version of the cluster, as a kubelet tells it: <c>v1.30.3</c>.</param>
    public static JsonObject Of(string version)
    {
        var numbers = version.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = numbers[0],
            ["minor"] = numbers.ElementAtOrDefault(1) ?? "0",
            ["gitVersion"] = version,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2026-08-21T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "linux/amd64",
        };
    }
}
