using Imago.Api.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Imago.Api.Attachments;

/// <summary>Composition of the endpoints for attached clusters.</summary>
public static class AttachmentsApi
{
    /// <summary>
    /// Adds them. The host brings <see cref="Application.Attachments.IClusterInspector"/>, <see cref="Application.Attachments.IKubeconfigRules"/>,
    /// <see cref="Application.Attachments.IAttachments"/> and <see cref="Application.Attachments.ISecretBox"/>.
    /// </summary>
    public static IServiceCollection AddImagoAttachments(this IServiceCollection services)
    {
        services.AddSingleton<Inspections>();
        services.AddSingleton<AttachmentWriting>();
        services.AddSingleton<IRouteSource, AttachmentEndpoints>();
        return services;
    }
}
