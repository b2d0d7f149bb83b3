using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>What a request of the Kubernetes API asks for, in two words: <c>patch nodes</c>, <c>create pods/eviction</c>, <c>watch pods</c>.</summary>
internal static class Calls
{
    public static string Of(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var core = path.IndexOf("/api/v1/", StringComparison.Ordinal);
        var parts = (core >= 0 ? path[(core + "/api/v1/".Length)..] : string.Join('/', path[(path.IndexOf("/apis/", StringComparison.Ordinal) + "/apis/".Length)..].Split('/').Skip(2))).Split('/');
        var rest = parts is ["namespaces", _, _, ..] ? parts[2..] : parts;
        var resource = rest is [_, _, { } part] ? $"{rest[0]}/{part}" : rest[0];
        return $"{Verb(context.Request, rest.Length > 1)} {resource}";
    }

    public static bool IsWrite(string call) => !call.StartsWith("get ", StringComparison.Ordinal) && !call.StartsWith("list ", StringComparison.Ordinal) && !IsWatch(call);

    public static bool IsWatch(string call) => call.StartsWith("watch ", StringComparison.Ordinal);

    private static string Verb(HttpRequest request, bool isNamed) => request.Method switch
    {
        "GET" when request.Query.ContainsKey("watch") => "watch",
        "GET" => isNamed ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        _ => "delete",
    };
}
