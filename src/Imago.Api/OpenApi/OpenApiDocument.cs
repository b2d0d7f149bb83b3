using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Api.Extensions;
using Imago.Api.Routing;
using Imago.Contracts.ContainerService;
using Imago.Contracts.OpenApi;
using Imago.Contracts.Versions;

namespace Imago.Api.OpenApi;

/// <summary>
/// The OpenAPI document of what is served at one api-version of clusters. Paths come from the route table and documents from the schemas that validate requests, so
/// it says what the server does.
/// </summary>
internal static partial class OpenApiDocument
{
    private const string Json = "application/json";

    public static JsonObject Of(IEnumerable<ApiRoute> routes, ApiVersion version)
    {
        var components = SchemaOpenApi.Components(version, [GroupSchema.Resource, .. ExtensionSchemas.All]);
        var paths = new JsonObject();
        foreach (var route in routes)
        {
            if (paths[route.Pattern] is not JsonObject path)
            {
                paths[route.Pattern] = path = [];
            }

            path[route.Method.ToLowerInvariant()] = Operation(route, version, components);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = "Imago", ["version"] = version.ToString(), ["description"] = "Node OS upgrades for Kubernetes clusters, through the Azure Resource Manager's own API and Imago's additions to it." },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = components,
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
        };
    }

    private static JsonObject Operation(ApiRoute route, ApiVersion version, JsonObject components)
    {
        var operation = new JsonObject { ["operationId"] = route.Name, ["summary"] = route.Summary, ["tags"] = new JsonArray(route.Name.Split('_')[0]), ["parameters"] = Parameters(route, version) };
        if (route.Anonymous)
        {
            operation["security"] = new JsonArray();
        }

        if (route.Body != BodyUse.None)
        {
            operation["requestBody"] = new JsonObject { ["required"] = route.Body == BodyUse.Required, ["content"] = Content(SchemaOpenApi.Reference(route.BodySchema!)) };
        }

        var responses = new JsonObject();
        foreach (var status in route.Successes)
        {
            var response = new JsonObject { ["description"] = Meaning(status) };
            if (route.AnswerSchema is { } answer && status is 200 or 201)
            {
                response["content"] = Content(Answer(route.AnswerSchema!, route.Summary, components));
            }

            responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = response;
        }

        responses["default"] = new JsonObject { ["description"] = "A refusal, with what is allowed.", ["content"] = Content(SchemaOpenApi.Reference("ErrorResponse")) };
        operation["responses"] = responses;
        return operation;
    }

    private static JsonArray Parameters(ApiRoute route, ApiVersion version)
    {
        var parameters = new JsonArray();
        foreach (Match name in Parameter().Matches(route.Pattern))
        {
            parameters.Add(new JsonObject { ["name"] = name.Groups["name"].Value, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }

        if (route.Versions.Listed.Length > 0)
        {
            var listed = ReferenceEquals(route.Versions, VersionSet.ContainerService) ? [version.ToString()] : route.Versions.Listed;
            parameters.Add(new JsonObject
            {
                ["name"] = "api-version",
                ["in"] = "query",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. listed.Select(v => (JsonNode)v)]) },
            });
        }

        return parameters;
    }

    // Lists hold the resource they are named after; what has no schema of its own is an object that its summary describes.
    private static JsonObject Answer(string name, string summary, JsonObject components)
    {
        var item = ListSuffix().Replace(name, "");
        if (item != name && components.ContainsKey(item) && !components.ContainsKey(name))
        {
            components[name] = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("value"),
                ["properties"] = new JsonObject
                {
                    ["value"] = new JsonObject { ["type"] = "array", ["items"] = SchemaOpenApi.Reference(item) },
                    ["nextLink"] = new JsonObject { ["type"] = "string", ["description"] = "The next page; absent on the last one." },
                },
            };
        }
        else if (!components.ContainsKey(name))
        {
            components[name] = new JsonObject { ["type"] = "object", ["description"] = summary, ["additionalProperties"] = true };
        }

        return SchemaOpenApi.Reference(name);
    }

    private static JsonObject Content(JsonObject schema) => new() { [Json] = new JsonObject { ["schema"] = schema } };

    private static string Meaning(int status) => status switch
    {
        200 => "Done.",
        201 => "Made, or being made: follow Azure-AsyncOperation if it is there.",
        202 => "Accepted: follow Azure-AsyncOperation or Location.",
        204 => "Nothing to do, or nothing to say.",
        _ => "Success.",
    };

    [GeneratedRegex(@"\{(?<name>[a-zA-Z]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("(ListResult|List)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListSuffix();
}
