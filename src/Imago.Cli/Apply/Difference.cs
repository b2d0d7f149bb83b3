using System.Text.Json.Nodes;

namespace Imago.Cli.Apply;

/// <summary>One value that the file wants otherwise.</summary>
/// <param name="Path">Where it stands in the document.</param>
/// <param name="From">What the server has; null for nothing.</param>
/// <param name="To">What the file wants; null to take it away.</param>
internal sealed record Difference(string Path, JsonNode? From, JsonNode? To);
