using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>One recorded exchange with a real API server.</summary>
internal sealed record Exchange(int Number, string By, string Method, string Path, string? Accept, string? ContentType, JsonNode? Body, int Status, string AnsweredType, JsonNode? Answer)
{
    public override string ToString() => $"{Number}: {By}";
}

/// <summary>The recording.</summary>
internal static class Wire
{
    public static IReadOnlyList<Exchange> All { get; } = [.. Read()];

    /// <summary>The first exchange of a command whose path fits.</summary>
    public static Exchange Find(string by, string path = "") => All.First(e => e.By == by && e.Path.Contains(path, StringComparison.Ordinal));

    private static IEnumerable<Exchange> Read()
    {
        using var file = File.OpenRead(Path.Join(AppContext.BaseDirectory, "Wire", "kubernetes-wire.jsonl.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        for (var number = 0; reader.ReadLine() is { } line; number++)
        {
            var json = JsonNode.Parse(line)!;
            var (request, response) = (json["request"]!, json["response"]!);
            yield return new Exchange(
                number,
                (string)json["by"]!,
                (string)request["method"]!,
                (string)request["path"]!,
                (string?)request["headers"]!["Accept"],
                (string?)request["headers"]!["Content-Type"],
                request["body"],
                (int)response["status"]!,
                (string)response["headers"]!["Content-Type"]!,
                response["body"]);
        }
    }
}
