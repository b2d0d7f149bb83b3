using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Application.History.Json;

/// <summary>An action, headed by what it does. Written for people and for comparing; nothing reads actions back.</summary>
internal sealed class ActionConverter : JsonConverter<RolloutAction>
{
    public override RolloutAction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Actions of the past are never carried out again.");

    public override void Write(Utf8JsonWriter writer, RolloutAction value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case RolloutAction.UpdateNode update:
                Head("update", SayingOf(update));
                writer.WriteString("resourceVersion", update.ResourceVersion);
                Member("update", update.Update);
                break;
            case RolloutAction.EvictPod evict:
                Head("evict", $"evict {evict.Pod} from {evict.Node}");
                Member("pod", evict.Pod);
                writer.WriteString("uid", evict.Uid);
                break;
            case RolloutAction.DeletePod delete:
                Head("delete", $"delete {delete.Pod} from {delete.Node}");
                Member("pod", delete.Pod);
                writer.WriteString("uid", delete.Uid);
                break;
            case RolloutAction.AskProvider(var request):
                Head("ask", $"{request.Verb.ToString().ToLowerInvariant()} {request.Node}{(request.Image is { } image ? $" with {image}" : "")}");
                Member("request", request);
                break;
            default:
                throw new InvalidOperationException($"Action {value.GetType().Name} is not known.");
        }

        writer.WriteEndObject();

        void Head(string what, string says)
        {
            writer.WriteString("do", what);
            writer.WriteString("node", value.Node);
            writer.WriteString("says", says);
        }

        void Member<T>(string name, T member)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, member, options);
        }
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

        if (update.Order is { } order)
        {
            parts.Add($"give the order {order.Id} ({NodeOsWords.Of(order.Mode)}) to");
        }

        if (update.RemoveOrder)
        {
            parts.Add("take the order from");
        }

        if (update.Updater is { } updater)
        {
            parts.Add(updater == OsUpdater.Imago ? "switch the distribution's updater off on" : "switch the distribution's updater on on");
        }

        if (update.RemoveNotPatchedTaint)
        {
            parts.Add("let work come to");
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
