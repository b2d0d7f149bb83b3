using Imago.Application.Attachments;
using Imago.Application.Engine.Noting;
using Imago.Application.Ports;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

// What the node providers of attached clusters have room for.
public sealed partial class ClusterEngine
{
    /// <summary>Notes what the provider of an attached cluster says, once while it is open. What a provider that does not answer said before stays.</summary>
    private async ValueTask NoteLimitsAsync(StoredCluster stored, OpenCluster open, PassChanges changes, CancellationToken cancellation)
    {
        if (open.LimitsAsked || stored.Attachment is not { } attachment)
        {
            return;
        }

        open.LimitsAsked = true;
        if (await LimitsOfAsync(open.Hosted.Provider, cancellation) is not { } limits)
        {
            return;
        }

        var before = StatusText.Write(StatusText.ReadAttachment(attachment.Status));
        var now = StatusText.Write(StatusText.ReadAttachment(attachment.Status) with { Provider = limits });
        if (!string.Equals(before, now, StringComparison.Ordinal))
        {
            changes.Write(new ResourceWrite.Status(now, attachment.StatusVersion) { Key = attachment.Key });
        }
    }

    // A pass does not fail because of a question that it asks beside its work.
    private async ValueTask<ProviderLimits?> LimitsOfAsync(INodeProvider provider, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.LimitsPatience.ToTimeSpan(), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await provider.LimitsAsync(either.Token);
        }
        catch (ConnectionException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
