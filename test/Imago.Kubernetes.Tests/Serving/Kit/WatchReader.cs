using System.Net;
using System.Text.Json.Nodes;
using Shouldly;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>An open watch.</summary>
internal sealed class WatchReader(HttpResponseMessage answer, StreamReader lines) : IDisposable
{
    /// <summary>The next event; null: the watch has ended.</summary>
    public async Task<(string Type, JsonObject Object)?> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var line = await lines.ReadLineAsync(patience.Token);
        return line is null ? null : (line.StartsWith('{') ? JsonNode.Parse(line) : null) is { } told ? ((string)told["type"]!, (JsonObject)told["object"]!) : throw new InvalidDataException(line);
    }

    /// <summary>Type and name of the next event.</summary>
    public async Task<string> NextTextAsync() => await NextAsync() is var (type, about) ? $"{type} {(string?)about["metadata"]!["name"]}".TrimEnd() : "END";

    public void Dispose()
    {
        lines.Dispose();
        answer.Dispose();
    }
}

internal static class Statuses
{
    public static void ShouldBeOk(this HttpStatusCode status) => status.ShouldBe(HttpStatusCode.OK);
}
