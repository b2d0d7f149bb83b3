using Imago.Application.Ports;
using Imago.Application.Storage;

namespace Imago.Application.Attachments;

/// <summary>Attachments as the store has them.</summary>
public sealed class StoredAttachments(IStore store, ISecretBox secrets) : IAttachments
{
    /// <inheritdoc />
    /// <exception cref="ConnectionException">There is one, but its secrets cannot be decrypted: the cluster cannot be reached with it.</exception>
    public async ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation)
    {
        if (await store.FindAsync(AttachmentDocument.KeyOf(clusterKey), cancellation) is not { } stored)
        {
            return null;
        }

        return AttachmentDocument.Read(clusterKey, stored.Document, secrets)
            ?? throw new ConnectionException($"The kubeconfig stored for cluster '{clusterKey}' cannot be decrypted: it was encrypted with another data key. Give the server its data key (dataKeyFile), or attach the cluster again.");
    }
}
