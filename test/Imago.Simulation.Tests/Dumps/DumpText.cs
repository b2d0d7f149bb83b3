using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Simulation.Dumps;

namespace Imago.Simulation.Tests.Dumps;

/// <summary>Small dumps, written as kubectl writes them.</summary>
internal static class DumpText
{
    public static Dump Read(string text, DumpOptions? options = null) => Read(Encoding.UTF8.GetBytes(text), options);

    public static Dump Read(byte[] bytes, DumpOptions? options = null)
    {
        using var stream = new MemoryStream(bytes);
        return DumpReader.Read(stream, options);
    }

    public static string Refused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    public static string Refused(byte[] bytes) => Should.Throw<DumpException>(() => Read(bytes)).Message;

    public static string List(params IEnumerable<string> items) =>
        $$"""{"apiVersion":"v1","items":[{{string.Join(",", items)}}],"kind":"List","metadata":{"resourceVersion":""} }""";

    public static string Node(string name, string labels = "{}", string annotations = "{}", string spec = "{}", string status = "") =>
        $$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{name}}","uid":"uid-{{name}}","labels":{{labels}},"annotations":{{annotations}} },
         "spec":{{spec}},"status":{{(status.Length > 0 ? status : ReadyStatus)}} }
        """;

    public static string Pod(string name, string spec = """{"nodeName":"n1"}""", string metadata = "{}", string status = """{"phase":"Running"}""")
    {
        var pod = JsonNode.Parse($$"""{"apiVersion":"v1","kind":"Pod","spec":{{spec}},"status":{{status}},"metadata":{{metadata}}}""")!;
        pod["metadata"]!["name"] = name;
        pod["metadata"]!["namespace"] ??= "shop";
        return pod.ToJsonString();
    }

    public static string Object(string kind, string name, string spec, string metadata = "{}", string apiVersion = "apps/v1", string status = "{}")
    {
        var item = JsonNode.Parse($$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","spec":{{spec}},"status":{{status}},"metadata":{{metadata}}}""")!;
        item["metadata"]!["name"] = name;
        item["metadata"]!["namespace"] ??= "shop";
        return item.ToJsonString();
    }

    public static string OwnedBy(string kind, string name) =>
        $$"""{"labels":{"app":"{{name}}"},"ownerReferences":[{"kind":"{{kind}}","name":"{{name}}","controller":true}]}""";

    /// <summary>The dump of a real API server that the product's data sets contain.</summary>
    public static byte[] Shop()
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Dumps", "shop-24-nodes.json.gz")), CompressionMode.Decompress);
        using var all = new MemoryStream();
        file.CopyTo(all);
        return all.ToArray();
    }

    private const string ReadyStatus =
        """{"allocatable":{"cpu":"4","memory":"16Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1.30.3","osImage":"Some Linux 1"}}""";
}
