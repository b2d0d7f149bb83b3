using Imago.Contracts.Schemas;
using static Imago.Contracts.Schemas.Values;

namespace Imago.Contracts.ContainerService;

/// <summary>Resource groups.</summary>
public static class GroupSchema
{
    /// <summary>A resource group.</summary>
    public static ValueSchema.Object Resource { get; } = Object(
        "ResourceGroup",
        new("id", Text, "Resource id.") { ReadOnly = true },
        new("name", Text, "Name.") { ReadOnly = true },
        new("type", Text, "Resource type.") { ReadOnly = true },
        new("location", Text, "The region.") { Fixed = true },
        new("managedBy", Text, "Id of the resource that manages the group."),
        new("tags", MapOf(Text), "Tags."),
        new("properties", Object("ResourceGroupProperties", new SchemaProperty("provisioningState", Text, "How its last operation ended.") { ReadOnly = true }), "State."));

    /// <summary>What PATCH of a cluster may say: tags only (EV-70).</summary>
    public static ValueSchema.Object TagsObject { get; } = Object("TagsObject", new SchemaProperty("tags", MapOf(Text), "Tags."));
}
