using System.IO.Compression;
using System.Text.Json;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>One exchange with a real Kubernetes 1.36, as it was recorded.</summary>
internal sealed record RecordedExchange(string By, string Method, string Path, JsonElement Headers, JsonElement RequestBody, int Status, JsonElement Body)
{
    private static readonly Lazy<IReadOnlyList<RecordedExchange>> Read = new(() => [.. Lines().Select(Of)]);

    public static IReadOnlyList<RecordedExchange> All => Read.Value;

    /// <summary>The only exchange that is called so, or the nth of them.</summary>
    public static RecordedExchange Named(string by, string method, int nth = 0) => All.Where(e => e.By == by && e.Method == method).ElementAt(nth);

    private static RecordedExchange Of(string line)
    {
        var root = JsonDocument.Parse(line).RootElement;
        var request = root.GetProperty("request");
        var response = root.GetProperty("response");
        return new RecordedExchange(
            root.GetProperty("by").GetString()!,
            request.GetProperty("method").GetString()!,
            request.GetProperty("path").GetString()!,
            request.GetProperty("headers"),
            request.GetProperty("body"),
            response.GetProperty("status").GetInt32(),
            response.GetProperty("body"));
    }

    private static IEnumerable<string> Lines()
    {
        using var file = File.OpenRead(System.IO.Path.Combine(AppContext.BaseDirectory, "Wire", "kubernetes-wire.jsonl.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
