using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary><c>kubectl get events</c>.</summary>
internal static class EventTable
{
    public static TablePrinter Printer { get; } = new(
        [
            new("Last Seen", "The time at which the most recent occurrence of this event was recorded."),
            new("Type", "Type of this event (Normal, Warning), new types could be added in the future"),
            new("Reason", "This should be a short, machine understandable string that gives the reason for the transition into the object's current status."),
            new("Object", "The object that this event is about."),
            new("Subobject", "If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: \"spec.containers{name}\" (where \"name\" refers to the name of the container that triggered the event) or if no container name is specified \"spec.containers[2]\" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.", IsWide: true),
            new("Source", "The component reporting this event. Should be a short machine understandable string.", IsWide: true),
            new("Message", "A human-readable description of the status of this operation."),
            new("First Seen", "The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)", IsWide: true),
            new("Count", "The number of times this event has occurred.", IsWide: true),
            TableColumn.ObjectName.Wide(),
        ],
        Cells);

    private static JsonArray Cells(JsonObject happened, DateTimeOffset now)
    {
        var about = happened.At("involvedObject");
        var first = Seen(happened, "firstTimestamp");
        var last = happened.At("series") is { } series ? series.At("lastObservedTime") : Seen(happened, "lastTimestamp");
        var count = happened.At("series") is { } repeated ? repeated.Number("count") : Math.Max(1, happened.Number("count"));
        return
        [
            Ages.Since(last ?? first, now),
            happened.Text("type"),
            happened.Text("reason"),
            about.Text("name").Length > 0 ? $"{about.Text("kind").ToLowerInvariant()}/{about.Text("name")}" : about.Text("kind").ToLowerInvariant(),
            about.Text("fieldPath"),
            Source(happened),
            happened.Text("message").Trim(),
            Ages.Since(first, now),
            count,
            happened.Name(),
        ];
    }

    // Newer events have one time only.
    private static JsonNode? Seen(JsonObject happened, string field) => happened.At(field) ?? happened.At("eventTime") ?? happened.At("metadata", "creationTimestamp");

    private static string Source(JsonObject happened)
    {
        var (component, host) = (happened.Text("source", "component"), happened.Text("source", "host"));
        if (component.Length == 0)
        {
            component = happened.Text("reportingComponent");
        }

        return host.Length == 0 ? component : $"{component}, {host}";
    }
}
