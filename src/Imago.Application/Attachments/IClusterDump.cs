namespace Imago.Application.Attachments;

/// <summary>Takes pictures of attached clusters, for forecasts.</summary>
public interface IClusterDump
{
    /// <summary>
    /// What <c>kubectl get nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,pv,pvc -A -o json</c> would print, as far as it may be read. The
    /// stream has been filled: reading it does not wait.
    /// </summary>
    /// <exception cref="Ports.ConnectionException">The cluster does not answer, or nodes and pods may not be read.</exception>
    ValueTask<Stream> DumpAsync(Attachment attachment, CancellationToken cancellation);
}
