namespace Imago.Domain.Channels;

/// <summary>How the cluster channel and the node OS channel depend on each other.</summary>
/// <remarks>Rules: CH-80…85.</remarks>
public static class ChannelCoupling
{
    /// <summary>The cluster channel that couples the two.</summary>
    public const string NodeImageClusterChannel = "node-image";

    /// <summary>
    /// The node OS channel after a write, or why the write is refused. The final state is validated (CH-82): what the cluster channel is after the
    /// request decides.
    /// </summary>
    /// <param name="storedClusterChannel">Cluster channel before.</param>
    /// <param name="stored">Node OS channel before.</param>
    /// <param name="clusterChannel">Cluster channel after the request.</param>
    /// <param name="requested">Node OS channel in the request; null if it is not in it.</param>
    public static (NodeOsChannel Channel, string? Refusal) AfterWrite(
        string storedClusterChannel, NodeOsChannel stored, string clusterChannel, NodeOsChannel? requested)
    {
        var coupled = string.Equals(clusterChannel, NodeImageClusterChannel, StringComparison.OrdinalIgnoreCase);
        if (!coupled)
        {
            // CH-82: moving off node-image and choosing another channel in one request is fine. CH-83: leaving node-image keeps NodeImage.
            return (requested ?? stored, null);
        }

        var wasCoupled = string.Equals(storedClusterChannel, NodeImageClusterChannel, StringComparison.OrdinalIgnoreCase);

        // AZ-32: clients send back the whole object that they read. What is stored already has not been asked for by that; it follows the cluster channel (ADR 20).
        var sentBack = !wasCoupled && requested == stored;

        // CH-81: while the cluster channel is node-image, no other node OS channel can be written.
        if (requested is { } other && other != NodeOsChannel.NodeImage && !sentBack)
        {
            return (stored, $"Node OS upgrade channel {other} cannot be set while the cluster's upgrade channel is 'node-image', which "
                + (wasCoupled ? "keeps" : "sets") + " it to NodeImage. Change the cluster's upgrade channel first, or in the same request.");
        }

        // CH-84: otherwise the two channels stand side by side. CH-80: set in the same write. MW-9: so node-image is carried out by the node OS channel, in the node OS window.
        return (NodeOsChannel.NodeImage, null);
    }
}
