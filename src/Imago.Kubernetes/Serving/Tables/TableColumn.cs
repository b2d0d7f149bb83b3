using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>A column of a table that the server prints.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Description">What is in it.</param>
/// <param name="IsWide">Whether only <c>-o wide</c> shows it.</param>
/// <param name="Type"><c>string</c> or <c>integer</c>.</param>
/// <param name="Format"><c>name</c> for the object's name; else empty.</param>
internal sealed record TableColumn(string Name, string Description, bool IsWide = false, string Type = "string", string Format = "")
{
    private const string MetadataPage = "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    public static TableColumn ObjectName { get; } = new(
        "Name",
        "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
        Format: "name");

    public static TableColumn Age { get; } = new(
        "Age",
        "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. " + MetadataPage);

    public TableColumn Wide() => this with { IsWide = true };

    public JsonObject ToJson() => new()
    {
        ["name"] = Name, ["type"] = Type, ["format"] = Format, ["description"] = Description, ["priority"] = IsWide ? 1 : 0,
    };
}
