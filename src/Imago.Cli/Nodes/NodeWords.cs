using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Nodes;

/// <summary>A node of a server in a word or two, where a line has no room for its reasons.</summary>
internal static class NodeWords
{
    /// <summary>The state of a node that is being upgraded now.</summary>
    public const string UnderWay = "Under way";

    /// <summary>Whether it is being upgraded now. Its state alone does not say so: a node that waits and one that is drained are both pending.</summary>
    public static bool IsUnderWay(JsonNode node) => node.Objects("reasons").Any(r => r.Text("code") == nameof(ReasonCode.InProgress));

    /// <summary>Where it stands.</summary>
    public static string State(JsonNode node) => IsUnderWay(node) ? UnderWay : node.Text("state") ?? "";

    /// <summary>The code of what keeps it from its target; empty for a node that is there, or on its way.</summary>
    public static string Hold(JsonNode node) => Holds(node).FirstOrDefault()?.Text("code") ?? "";

    /// <summary>What keeps it from its target, the most decisive first. How old its image is keeps no node.</summary>
    public static IEnumerable<JsonObject> Holds(JsonNode node) => node.Objects("reasons")
        .Where(r => r.Text("code") is not (nameof(ReasonCode.InProgress) or nameof(ReasonCode.AlreadyCurrent) or nameof(ReasonCode.ImageOutOfSupport) or nameof(ReasonCode.NoReleaseAvailable)));
}
