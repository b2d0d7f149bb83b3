using System.Globalization;

namespace Imago.Bench.Kubernetes.Serving;

/// <summary>Requests by verb and resource.</summary>
internal sealed class RequestTable(IEnumerable<RequestCount> counts)
{
    private readonly Dictionary<RequestKind, RequestCount> _counts = counts.ToDictionary(c => c.Kind);

    public long Count => _counts.Values.Sum(c => c.Count);

    public long Sent => _counts.Values.Sum(c => c.Sent);

    public long Received => _counts.Values.Sum(c => c.Received);

    /// <summary>Requests by verb, in words.</summary>
    public string Verbs => _counts.Count == 0 ? "none" : string.Join(", ", _counts.Values.GroupBy(c => $"{c.Kind.Verb} {c.Kind.Resource}", StringComparer.Ordinal).Select(g => $"{g.Sum(c => c.Count)} {g.Key}"));

    /// <summary>Several tables as one.</summary>
    public static RequestTable Sum(IEnumerable<RequestTable> tables) => new(tables.SelectMany(t => t._counts.Values).GroupBy(c => c.Kind)
        .Select(g => new RequestCount(g.Key, g.Sum(c => c.Count), g.Sum(c => c.Sent), g.Sum(c => c.Received))));

    /// <summary>What has come since an earlier table.</summary>
    public RequestTable Since(RequestTable before) => new(_counts.Values
        .Select(c => before._counts.TryGetValue(c.Kind, out var b) ? c with { Count = c.Count - b.Count, Sent = c.Sent - b.Sent, Received = c.Received - b.Received } : c)
        .Where(c => c.Count > 0 || c.Received > 0));

    /// <summary>Those of some kinds.</summary>
    public RequestTable Of(Func<RequestKind, bool> which) => new(_counts.Values.Where(c => which(c.Kind)));

    /// <summary>Prints a row for each kind.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="unit">Heading of the second number.</param>
    /// <param name="parts">By what the number of requests is divided for it.</param>
    public async Task PrintAsync(TextWriter writer, string unit, double parts)
    {
        await writer.WriteLineAsync($"| Verb | Resource | Answer | Requests | {unit} | Sent | Received |\n|---|---|---:|---:|---:|---:|---:|");
        foreach (var count in _counts.Values.OrderByDescending(c => c.Count).ThenBy(c => c.Kind.ToString(), StringComparer.Ordinal))
        {
            await writer.WriteLineAsync(Row(count.Kind.Verb, count.Kind.Resource, $"{count.Kind.Code}", count.Count, parts, count.Sent, count.Received));
        }

        await writer.WriteLineAsync(Row("all", "", "", Count, parts, Sent, Received));
    }

    private static string Row(string verb, string resource, string answer, long count, double parts, long sent, long received) =>
        string.Create(CultureInfo.InvariantCulture, $"| {verb} | {resource} | {answer} | {count} | {count / parts:0.00} | {sent / 1024.0:0.0} KiB | {received / 1024.0:0.0} KiB |");
}
