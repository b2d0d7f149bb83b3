using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>An error in ARM's shape.</summary>
/// <param name="Code">Stable word.</param>
/// <param name="Message">For people.</param>
/// <param name="Target">What it is about; null when that is not said.</param>
/// <param name="Details">All that is wrong, one by one.</param>
internal sealed record ArmError(string Code, string Message, string? Target, ImmutableArray<ArmError> Details)
{
    // Deeper than this an answer is no error but an attack on whoever prints it.
    private const int DeepestDetail = 8;

    /// <summary>Reads <c>{"error":{…}}</c> or what stands in it; null when there is no error.</summary>
    public static ArmError? Read(JsonNode? body) => body switch
    {
        JsonObject whole when whole["error"] is JsonObject error => Of(error, 0),
        JsonObject error when error.Text("code") is not null && error.Text("message") is not null => Of(error, 0),
        _ => null,
    };

    /// <summary>One line for the whole and one for each detail.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        Write(text, "", this);
        return text.ToString();
    }

    private static ArmError Of(JsonObject error, int depth) => new(
        error.Text("code") ?? "Error",
        error.Text("message") ?? "",
        error.Text("target"),
        depth < DeepestDetail && error["details"] is JsonArray details ? [.. details.OfType<JsonObject>().Select(d => Of(d, depth + 1))] : []);

    private static void Write(StringBuilder text, string margin, ArmError error)
    {
        text.Append(margin).Append('(').Append(error.Code).Append(')');
        if (error.Target is { Length: > 0 } target && !error.Message.Contains(target, StringComparison.Ordinal))
        {
            text.Append(' ').Append(target).Append(':');
        }

        if (error.Message.Length > 0)
        {
            text.Append(' ').Append(error.Message);
        }

        foreach (var detail in error.Details)
        {
            text.AppendLine();
            Write(text, margin + "  ", detail);
        }
    }
}
