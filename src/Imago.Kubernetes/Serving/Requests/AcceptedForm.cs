using Microsoft.AspNetCore.Http;
using Imago.Kubernetes.Serving.Answers;

namespace Imago.Kubernetes.Serving.Requests;

/// <summary>In which form objects are answered.</summary>
internal enum AnswerForm
{
    Objects,
    Table,
    Metadata,
}

/// <summary>What a client accepts. Everything is served as JSON; protobuf, which clients name first and JSON after it, is not.</summary>
internal static class AcceptedForm
{
    public const string Refusal = "only the following media types are accepted: application/json, application/json;stream=watch";

    /// <summary>The first form that the client names and that is served.</summary>
    public static AnswerForm Of(HttpRequest request)
    {
        foreach (var (type, parameters) in Entries(request))
        {
            if (!IsJson(type))
            {
                continue;
            }

            switch (parameters.GetValueOrDefault("as"))
            {
                case null:
                    return AnswerForm.Objects;
                case "Table" when parameters.GetValueOrDefault("g") is "meta.k8s.io" && parameters.GetValueOrDefault("v") is "v1":
                    return AnswerForm.Table;
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when parameters.GetValueOrDefault("g") is "meta.k8s.io" && parameters.GetValueOrDefault("v") is "v1":
                    return AnswerForm.Metadata;
            }
        }

        throw NotAcceptable();
    }

    /// <summary>Version of aggregated discovery that the client wants; null: the legacy form.</summary>
    public static string? DiscoveryVersion(HttpRequest request)
    {
        foreach (var (type, parameters) in Entries(request))
        {
            if (IsJson(type))
            {
                if (parameters.GetValueOrDefault("as") is null)
                {
                    return null;
                }

                if (parameters["as"] is "APIGroupDiscoveryList" && parameters.GetValueOrDefault("g") is "apidiscovery.k8s.io" && parameters.GetValueOrDefault("v") is "v2" or "v2beta1")
                {
                    return parameters["v"];
                }
            }
        }

        throw NotAcceptable();
    }

    private static RefusedException NotAcceptable() => new(new StatusDocument(StatusCodes.Status406NotAcceptable, "NotAcceptable", Refusal));

    private static bool IsJson(string type) => type is "application/json" or "*/*" or "application/*";

    private static IEnumerable<(string Type, Dictionary<string, string> Parameters)> Entries(HttpRequest request)
    {
        var header = request.Headers.Accept.ToString();
        if (header.Length == 0)
        {
            yield return ("*/*", []);
        }

        foreach (var entry in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(';', StringSplitOptions.TrimEntries);
            var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in parts.AsSpan(1))
            {
                var equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    parameters[part[..equals]] = part[(equals + 1)..].Trim('"');
                }
            }

            yield return (parts[0].ToLowerInvariant(), parameters);
        }
    }
}
