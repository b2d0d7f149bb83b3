namespace Imago.Contracts.Schemas;

/// <summary>Paths of values in a document.</summary>
public static class Paths
{
    /// <summary>The path of a property of the object at a path; an empty path is the document itself.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Whether the inner path is the outer one or lies in it.</summary>
    public static bool Covers(string outer, string inner) =>
        outer.Length == 0 || (inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] is '.' or '['));
}
