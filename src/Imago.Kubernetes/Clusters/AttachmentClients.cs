using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Clusters;

/// <summary>Clients made from what is stored of an attachment.</summary>
public static class AttachmentClients
{
    /// <summary>A client of the cluster.</summary>
    /// <param name="attachment">How to reach it.</param>
    /// <param name="options">How the client behaves.</param>
    /// <exception cref="ConnectionException">The kubeconfig cannot be used; the message says what to do.</exception>
    public static KubernetesClient Connect(Attachment attachment, KubernetesClientOptions options)
    {
        try
        {
            return new KubernetesClient(Kubeconfig.Parse(attachment.Kubeconfig, "of the attachment").Access(attachment.Context, options.Time), options);
        }
        catch (KubeconfigException unusable)
        {
            // Who only looks has no cluster yet.
            throw new ConnectionException(
                attachment.ClusterKey.Length == 0 ? unusable.Message : $"Cluster '{attachment.ClusterKey}': {unusable.Message} Attach the cluster again with a kubeconfig that works.", unusable);
        }
    }
}
