using Imago.Cli.Json;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Cli.Explain;

/// <summary>Explanations as JSON. Names are stable: they are an interface, described in docs/commands/explain.md.</summary>
internal static class ExplainJson
{
    public static string Write(IEnumerable<NodeExplanation> nodes) => AnswerJson.Document(json =>
    {
        json.WriteStartObject();
        json.WriteObjects("nodes", nodes, (writer, node) =>
        {
            writer.WriteString("name", node.Node);
            writer.WriteString("pool", node.Pool);
            writer.WriteString("zone", node.Zone);
            writer.WriteString("image", node.Image);
            writer.WriteString("target", node.Target);
            writer.WriteString("status", node.Status.ToString());
            writer.WriteReasons(node.Reasons);
        });
        json.WriteEndObject();
    });
}
