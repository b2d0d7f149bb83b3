using Imago.Api.Extensions;

namespace Imago.Api.Attachments;

/// <summary>Paths of attachments.</summary>
internal static class AttachmentRoutes
{
    public const string Inspect = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Imago/inspectCluster";
    public const string One = ExtensionRoutes.Base + "/attachments/default";
    public const string Check = ExtensionRoutes.Base + "/check";
}
