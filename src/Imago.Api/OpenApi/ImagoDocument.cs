using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Contracts.OpenApi;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Microsoft.AspNetCore.Routing;

namespace Imago.Api.OpenApi;

/// <summary>The OpenAPI document of the endpoints that are in no table of routes. They say themselves what they are for; one that does not is a mistake that a test finds.</summary>
internal static partial class ImagoDocument
{
    public const string Name = "imago";

    public static JsonObject Of(IEnumerable<RouteEndpoint> endpoints)
    {
        var paths = new JsonObject();
        var bodies = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.OrderBy(e => e.RoutePattern.RawText, StringComparer.Ordinal))
        {
            if (endpoint.Metadata.GetMetadata<EndpointDescription>() is not { } description || endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not { } http)
            {
                continue;
            }

            var pattern = endpoint.RoutePattern.RawText!;
            if (paths[pattern] is not JsonObject path)
            {
                paths[pattern] = path = [];
            }

            foreach (var method in http.HttpMethods)
            {
                var count = names[description.Name] = names.GetValueOrDefault(description.Name) + 1;
                path[method.ToLowerInvariant()] = Operation(description, count == 1 ? description.Name : $"{description.Name}{count}", pattern, bodies);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = "Imago: signing in, access, probes", ["version"] = "1" },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(bodies.Select(b => KeyValuePair.Create(b.Key, (JsonNode?)b.Value))),
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
        };
    }

    private static JsonObject Operation(EndpointDescription description, string name, string pattern, SortedDictionary<string, JsonNode> schemas)
    {
        var parameters = new JsonArray();
        foreach (Match parameter in Parameter().Matches(pattern))
        {
            parameters.Add(new JsonObject { ["name"] = parameter.Groups["name"].Value, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }

        if (description.ApiVersion is { } version)
        {
            parameters.Add(new JsonObject { ["name"] = "api-version", ["in"] = "query", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(version) } });
        }

        var operation = new JsonObject
        {
            ["operationId"] = name,
            ["summary"] = description.Summary,
            ["tags"] = new JsonArray(name.Split('_')[0]),
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["2XX"] = new JsonObject { ["description"] = "Done.", ["content"] = Content(description.Answers, new JsonObject()) },
                ["default"] = new JsonObject { ["description"] = "A refusal, with what is allowed." },
            },
        };
        if (description.Anonymous)
        {
            operation["security"] = new JsonArray();
        }

        if (description.Body is { } body)
        {
            operation["requestBody"] = new JsonObject { ["content"] = Content(description.Takes, SchemaOpenApi.Reference(body.Name)) };

            // Of everything that has a schema only what this body is made of.
            var all = SchemaOpenApi.Components(ContainerServiceVersions.NewestFirst[0], body);
            foreach (var part in body.Properties.Select(p => p.Value).OfType<ValueSchema.Object>().Append(body))
            {
                schemas[part.Name] = all[part.Name]!.DeepClone();
            }
        }

        return operation;
    }

    private static JsonObject Content(string type, JsonObject schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    [GeneratedRegex(@"\{(?<name>[a-zA-Z0-9]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
