namespace Imago.Kubernetes.Tests.Kit;

/// <summary>Small documents of the Kubernetes API.</summary>
internal static class Documents
{
    public static string Node(string name, int version) =>
        $$$"""{"kind":"Node","apiVersion":"v1","metadata":{"name":"{{{name}}}","uid":"uid-{{{name}}}","resourceVersion":"{{{version}}}"},"spec":{},"status":{}}""";

    public static string NodeList(int version, string? next, params string[] nodes) =>
        $$$"""{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}"{{{Continue(next)}}}},"items":[{{{string.Join(',', nodes)}}}]}""";

    public static string Event(string type, string item) => $$$"""{"type":"{{{type}}}","object":{{{item}}}}""" + "\n";

    public static string Bookmark(int version) => Event("BOOKMARK", $$$"""{"kind":"Node","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}"}}""");

    public static string Expired() => Event("ERROR", """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}""");

    private static string Continue(string? next) => next is null ? "" : $",\"continue\":\"{next}\"";
}
