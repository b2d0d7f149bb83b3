using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Api.Documents;

/// <summary>Reads what is asked of a cluster from its documents and statuses.</summary>
/// <param name="rings">The release rings; the location of a cluster decides its ring (IM-35).</param>
/// <param name="calendar">Which Kubernetes minors are supported (CH-86).</param>
public sealed class IntentReader(ReleaseRings rings, KubernetesCalendar calendar) : IIntentReader
{
    /// <inheritdoc />
    public ClusterIntent Read(ImmutableArray<StoredResource> resources, Instant now)
    {
        var stored = resources.First(r => r.IsOf(ResourceTypes.ManagedCluster));
        var document = ClusterDocument.Of(stored);
        var status = StatusText.ReadCluster(stored.Status);
        var attachment = resources.FirstOrDefault(r => r.IsOf(ResourceTypes.Attachment));
        var attached = attachment is not null;
        var inPlace = attachment is not null && AttachmentDocument.IsInPlace(attachment.Document);

        // What agents on the nodes can do is known before anybody has asked.
        var limits = attachment is null ? null : inPlace ? ProviderLimits.OfAgents : StatusText.ReadAttachment(attachment.Status).Provider;
        var pools = resources.Where(r => r.IsOf(ResourceTypes.AgentPool)).Select(p => Pool(p, document, attached, limits)).OrderBy(p => p.Spec.Name, StringComparer.Ordinal).ToImmutableArray();
        var spec = new ClusterSpec
        {
            Name = ResourceId.Parse(stored.Id).Id!.Name,
            Channel = document.NodeOsChannel,

            // CH-86: the distribution of an attached cluster has its own dates. Without agents nothing on its nodes patches them live (CH-30).
            Attached = attached,
            LivePatching = document.LivePatching && (!attached || inPlace),

            // MW-7, MW-8: no other configuration stands in for this one; MW-50: when it was changed counts.
            Window = MaintenanceDrafts.Find(resources, ConfigurationKind.NodeOsUpgrade),
            Ring = document.Location == AttachedDocuments.NoLocation ? null : rings.RingOf(document.Location),

            // A cluster that was accepted a moment ago may not have its full version yet.
            Support = Version(status.KubernetesVersion) is { } version ? calendar.SupportOf(version, document.HasLongTermSupport, now) : KubernetesSupport.Supported,
            Running = status.Running,
            Pause = status.Pause is { } pause ? new Pause(pause.By, pause.Since, pause.Why) : null,
            WindowOverrideUntil = status.WindowOverrideUntil,
            Pools = [.. pools.Select(p => p.Spec)],
        };
        return new ClusterIntent(spec, pools, document.Location);
    }

    private static PoolIntent Pool(StoredResource stored, ClusterDocument cluster, bool attached, ProviderLimits? limits)
    {
        var document = PoolDocument.Of(stored);
        var status = StatusText.ReadPool(stored.Status);

        // UP-93: what the planner calls force lifts disruption budgets, so only an override that does counts here.
        var spec = document.Spec(Version(status.KubernetesVersion), Version(status.CreatedAtKubernetes), cluster.BudgetOverride, status.Pause);

        // UP-25: what its node provider has room for, as far as it has said so.
        spec = limits is null ? spec : spec with { Provider = limits.For(spec.Name) };
        if (!attached)
        {
            // CH-13: machines of simulated clusters can be rebooted.
            spec = spec with { Provider = spec.Provider with { Reboots = true } };
        }

        return document.Intent(attached ? Observed(spec, status) : spec);
    }

    // What a pool of an attached cluster follows is what its nodes run, not what its document would make of new ones.
    private static PoolSpec Observed(PoolSpec spec, PoolStatus status) => NodeImage.Parse(status.NodeImageVersion).Family is { } family
        ? spec with { Family = family, Os = PoolOsKinds.Of(family, nvidiaGpu: spec.Os == PoolOs.AzureLinuxGpu) }
        : spec with { Family = null };

    private static KubernetesVersion? Version(string text) => KubernetesVersion.TryParse(text, out var version) ? version : null;
}
