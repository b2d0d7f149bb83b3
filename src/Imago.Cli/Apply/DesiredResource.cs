using System.Text.Json.Nodes;

namespace Imago.Cli.Apply;

/// <summary>A resource as a file wants it.</summary>
/// <param name="Address">Where it lies.</param>
/// <param name="Body">What the file names of it; everything else stays as it is.</param>
/// <param name="Where">Where in the file it stands, for messages.</param>
internal sealed record DesiredResource(ResourceAddress Address, JsonObject Body, string Where);
