using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Kinds;
using Imago.Kubernetes.Serving.Requests;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Schemas;

/// <summary>Fields that the API does not know: refused, warned about or ignored, as the client wants it.</summary>
internal static class FieldValidation
{
    // As the API does: what a header can hold.
    private const int MostWarnings = 10;

    public static void Check(HttpContext http, ServedKind kind, JsonObject document)
    {
        var mode = http.Request.Query.Text("fieldValidation") ?? "Warn";
        if (mode is not ("Strict" or "Warn" or "Ignore"))
        {
            throw new RefusedException(new StatusDocument(
                StatusCodes.Status422UnprocessableEntity, "Invalid", $"fieldValidation: Unsupported value: \"{mode}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""));
        }

        if (mode is "Ignore" || SchemaBook.Shipped.Find(kind.Name) is not { } schema)
        {
            return;
        }

        var unknown = new List<string>();
        Collect(schema, document, "", unknown);
        if (unknown.Count == 0)
        {
            return;
        }

        if (mode is "Strict")
        {
            throw new RefusedException(StatusDocument.BadRequest(
                $"{kind.Name} in version \"{kind.Kind.Version}\" cannot be handled as a {kind.Name}: strict decoding error: {string.Join(", ", unknown.Select(u => $"unknown field \"{u}\""))}"));
        }

        foreach (var field in unknown.Take(MostWarnings))
        {
            http.Response.Headers.Append("Warning", $"299 - \"unknown field \\\"{new string([.. field.Where(c => c is >= ' ' and < '\u007f' and not ('"' or '\\'))])}\\\"\"");
        }
    }

    private static void Collect(TypeSchema schema, JsonObject document, string path, List<string> unknown)
    {
        foreach (var (name, value) in document)
        {
            if (schema.ApiVersion is not null && name is "apiVersion" or "kind")
            {
                continue;
            }

            if (!schema.Fields.TryGetValue(name, out var field))
            {
                unknown.Add(path + name);
            }
            else if (SchemaBook.Shipped.Find(field.Type) is { } type)
            {
                if (value is JsonObject inner && !field.IsList)
                {
                    Collect(type, inner, $"{path}{name}.", unknown);
                }
                else if (value is JsonArray items && field.IsList)
                {
                    for (var i = 0; i < items.Count; i++)
                    {
                        if (items[i] is JsonObject item)
                        {
                            Collect(type, item, $"{path}{name}[{i}].", unknown);
                        }
                    }
                }
            }
        }
    }
}
