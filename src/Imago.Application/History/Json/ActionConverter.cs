using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Application.History.Json;

/// <summary>An action, headed by what it does. Written for people and for comparing; nothing reads actions back.</summary>
internal sealed class ActionConverter : JsonConverter<RolloutAction>
{
    public override RolloutAction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Actions of the past are never carried out again.");

    public override void Write(Utf8JsonWriter writer, RolloutAction value, JsonSerializerOptions options)
    {
        object fields = value switch
        {
            RolloutAction.UpdateNode update => new { Do = "update", update.Node, update.ResourceVersion, update.Update, Says = SayingOf(update) },
            RolloutAction.EvictPod evict => new { Do = "evict", evict.Node, evict.Pod, evict.Uid, Says = $"evict {evict.Pod} from {evict.Node}" },
            RolloutAction.DeletePod delete => new { Do = "delete", delete.Node, delete.Pod, delete.Uid, Says = $"delete {delete.Pod} from {delete.Node}" },
            RolloutAction.AskProvider(var request) => new { Do = "ask", request, Says = $"{request.Verb.ToString().ToLowerInvariant()} {request.Node}{(request.Image is { } image ? $" with {image}" : "")}" },
            _ => throw new InvalidOperationException($"Action {value.GetType().Name} is not known."),
        };
        JsonSerializer.Serialize(writer, fields, options);
    }

    private static string SayingOf(RolloutAction.UpdateNode action)
    {
        var update = action.Update;
        var parts = new List<string>();
        Add(update.Unschedulable, "cordon", "uncordon");
        Add(update.Quarantined, "quarantine", "release from quarantine");
        Add(update.SteeredAway, "steer pods away from", "let pods come back to");
        Add(update.ScaleDownDisabled, "keep the autoscaler from", "give back to the autoscaler");
        if (update.DesiredLevel is { } level)
        {
            parts.Add($"order level {level} from");
        }

        if (parts.Count == 0)
        {
            parts.Add(update.RemoveMark ? "take our mark off" : "mark");
        }

        return $"{string.Join(", ", parts)} {action.Node}";

        void Add(bool? value, string yes, string no)
        {
            if (value is { } set)
            {
                parts.Add(set ? yes : no);
            }
        }
    }
}
