using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Api.Routing;
using Imago.Api.Tests.Kit;

namespace Imago.Api.Tests.Fuzzing;

/// <summary>One made-up request.</summary>
internal sealed record FuzzedRequest(string Method, string Path, string? Body, (string Name, string Value)[] Headers)
{
    public override string ToString() => $"{Method} {Path} {string.Join(' ', Headers.Select(h => $"{h.Name}:{h.Value}"))} {Body}";
}

/// <summary>Makes requests up: paths of the route table with mutated segments, bodies mutated from valid ones, odd headers and versions. The same seed makes the same requests.</summary>
internal sealed partial class RequestFuzzer(int seed, IReadOnlyList<ApiRoute> routes)
{
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"];

    private static readonly string[] Odd =
    [
        "", " ", "%", "..", ".", "a/b", "a%2Fb", "\u0000", "\n", "'", "\"", "\\", "😀", "\u202e", "İstanbul", "ß", "null", "-1", "providers", "subscriptions", "microsoft.containerservice",
        "x'; DROP TABLE resources; --", new string('a', 300), "%00", "{cluster}", "*", "$batch", "ｆｕｌｌ", "a\u0301", "Z̴̛", "~", "1e999", "$", "@", ":", "managedClusters",
    ];

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["subscription"] = [ApiServer.Subscription, "00000000-0000-0000-0000-000000000009"],
        ["group"] = ["rg-shop", "RG-SHOP", "rg-other"],
        ["cluster"] = ["shop-prod", "SHOP-prod", "other"],
        ["pool"] = ["nodepool1", "apps", "NODEPOOL1"],
        ["configuration"] = ["default", "aksManagedNodeOSUpgradeSchedule", "aksManagedAutoUpgradeSchedule"],
        ["namespace"] = ["Microsoft.ContainerService", "microsoft.features"],
        ["feature"] = ["NodeOsUpgradeChannelPreview", "NodeDisruptionProfile"],
        ["location"] = ["north-1", "North 1"],
        ["operation"] = ["0f0f0f0f-0000-4000-8000-000000000001", "cmctc2hvcA"],
        ["rollout"] = ["nodepool1-20260810T120000Z"],
        ["document"] = ["2026-04-01.json"],
    };

    private static readonly string[] Versions =
        ["2026-04-01", "2026-04-01", "2026-04-01", "2026-11-01", "2026-03-02-preview", "2025-03-01", "2023-06-01", "2022-11-02-preview", "2024-11-01", "2015-04-01", "9999-99-99", "", "2026-04-01-PREVIEW", "0001-01-01"];

    private readonly Random _random = new(seed);

    public FuzzedRequest Next()
    {
        // Mostly requests that get far: a mutation anywhere else hides the ones behind it.
        var route = Pick(routes);
        var method = Chance(0.9) ? route.Method : Pick(Methods);
        var path = string.Join('/', route.Pattern.Split('/').Select(Segment));
        if (Chance(0.05))
        {
            path = Mutate(path);
        }

        var version = Chance(0.85) && route.Versions.Listed.Length > 0 ? Pick(route.Versions.Listed) : Pick(Versions);
        var query = new StringBuilder($"?api-version={Uri.EscapeDataString(version)}");
        foreach (var (name, values) in new (string, string[])[]
        {
            ("$top", ["1", "0", "-1", "999999999999", "x"]),
            ("$skipToken", ["", "abc", "L3N1YnM", "MTIzfjQ1Ng", "%%%"]),
            ("$filter", ["eventTimestamp ge 2026-01-01", "resourceId eq 'x'", "a eq 'b", "eventTimestamp le '9999-12-31T23:59:59Z'", "resourceType eq 'x/y'", "and", "correlationId eq '\u0001'"]),
            ("api-version", ["2020-01-01"]),
        })
        {
            if (Chance(0.06))
            {
                query.Append($"&{name}={Uri.EscapeDataString(Pick(values))}");
            }
        }

        var takesBody = method is "PUT" or "PATCH" or "POST";
        return new FuzzedRequest(method, path + query, takesBody && Chance(0.95) ? Body(route) : null, Headers().ToArray());
    }

    private string Segment(string segment)
    {
        if (Parameter().Match(segment) is { Success: true } parameter)
        {
            return Uri.EscapeDataString(Chance(0.93) && Known.TryGetValue(parameter.Groups["name"].Value, out var known) ? (Chance(0.85) ? known[0] : Pick(known)) : Pick(Odd));
        }

        return Chance(0.01) ? Uri.EscapeDataString(Pick(Odd)) : Chance(0.05) ? segment.ToUpperInvariant() : segment;
    }

    private IEnumerable<(string Name, string Value)> Headers()
    {
        foreach (var (name, values) in new (string, string[])[]
        {
            ("If-Match", ["*", "\"1\"", "W/\"x\"", ",", "\u00e9", ""]),
            ("If-None-Match", ["*", "\"1\""]),
            ("Content-Type", ["text/plain", "application/json; charset=latin1", "application/merge-patch+json", "x", ";"]),
            ("x-ms-client-request-id", ["id", new string('z', 500), "\u00e9"]),
            ("x-ms-correlation-request-id", ["0f0f0f0f-0000-4000-8000-000000000001", "no guid"]),
            ("Host", ["", "other.test:99", "[::1]"]),
            ("Accept", ["text/html", "*/*"]),
        })
        {
            if (Chance(0.04))
            {
                yield return (name, Pick(values));
            }
        }
    }

    private string Body(ApiRoute route)
    {
        var valid = route.BodySchema switch
        {
            "ManagedCluster" => Bodies.Cluster(Pick(["NodeImage", "SecurityPatch", "None", "Unmanaged"])),
            "AgentPool" => Bodies.Pool(_random.Next(1, 5)),
            "MaintenanceConfiguration" => Bodies.Weekly(Pick(["Monday", "Friday"])),
            "ResourceGroup" => new JsonObject { ["location"] = "north-1", ["tags"] = new JsonObject { ["a"] = "b" } },
            "TagsObject" => new JsonObject { ["tags"] = new JsonObject { ["a"] = Pick(["b", "c"]) } },
            "Pause" => new JsonObject { ["why"] = "because", ["pool"] = "nodepool1" },
            "WindowOverride" => new JsonObject { ["until"] = "2026-12-24T18:00:00Z", ["why"] = "urgent" },
            "ForecastRequest" => new JsonObject { ["horizonDays"] = 14, ["patchLevel"] = "20261120T000000Z" },
            "Release" => new JsonObject { ["image"] = "AKSUbuntu-2204gen2containerd-202611.20.0", ["publishedAt"] = "2026-11-20T00:00:00Z" },
            _ => [],
        };
        if (Chance(0.15))
        {
            return valid.ToJsonString();
        }

        JsonNode? mutated = valid;
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            mutated = Mutate(mutated, 0);
        }

        var text = mutated?.ToJsonString() ?? "null";
        return Chance(0.08) ? Mutate(text) : text;
    }

    private JsonNode? Mutate(JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject known when known.Count > 0 && Chance(0.9):
                var (name, value) = known.ElementAt(_random.Next(known.Count));
                if (Chance(0.1))
                {
                    known.Remove(name);
                }
                else if (Chance(0.1))
                {
                    known[Pick(Odd)] = Scalar();
                }
                else if (Chance(0.05))
                {
                    known[name.ToUpperInvariant()] = value?.DeepClone();
                }
                else
                {
                    known.Remove(name);
                    known[name] = Mutate(value?.DeepClone(), depth + 1);
                }

                return known;
            case JsonArray list when list.Count > 0 && Chance(0.9):
                var at = _random.Next(list.Count);
                if (Chance(0.2))
                {
                    list.Add(list[at]?.DeepClone());
                }
                else if (Chance(0.1))
                {
                    list.RemoveAt(at);
                }
                else
                {
                    list[at] = Mutate(list[at]?.DeepClone(), depth + 1);
                }

                return list;
            default:
                return Chance(0.05) ? Deep() : Scalar();
        }
    }

    private JsonNode? Scalar() => _random.Next(9) switch
    {
        0 => null,
        1 => _random.Next(),
        2 => JsonNode.Parse(Pick(["1e400", "-0", "99999999999999999999999999", "1.5", "-1", "0.1e-7"])),
        3 => Chance(0.5),
        4 => new JsonArray(),
        5 => new JsonObject(),
        6 => new JsonArray(1, null, "x", new JsonObject { ["name"] = null }),
        7 => JsonValue.Create(Pick(Odd.Where(o => !o.Contains('\0', StringComparison.Ordinal)).ToArray())),
        _ => JsonValue.Create(Pick(["Succeeded", "2026-13-45", "25:99", "100%", "-5%", "Friday", "+99:00", "1.35", "v1.35.6-x", "Windows", "System", "/subscriptions/x"])),
    };

    private JsonNode Deep() => JsonNode.Parse(new StringBuilder().Insert(0, """{"a":""", 28).Append("[]").Append('}', 28).ToString())!;

    private string Mutate(string text)
    {
        var at = _random.Next(text.Length + 1);
        return _random.Next(4) switch
        {
            0 => text[..at],
            1 => text.Insert(at, Pick(["\"", "{", "}", ",", "\\ud800", "\\u0000", "/", "//", "é", "%", "?", "#"])),
            2 => text[..at] + text[Math.Min(text.Length, at + 1)..],
            _ => text + text,
        };
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    [GeneratedRegex(@"^\{(?<name>\w+)\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
