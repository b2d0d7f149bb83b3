using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Admission;

/// <summary>Judges a PUT of a managed cluster. Pure: what is refused has changed nothing, because nothing is written here.</summary>
/// <remarks>Rules: EV-83, EV-85, EV-86, AZ-31, AZ-32, AZ-53; those of channels, versions, force and pools stand where they are applied.</remarks>
public static class ManagedClusterAdmission
{
    /// <summary>The write, or everything that is wrong with it; exactly one of them is given.</summary>
    /// <param name="id">The cluster.</param>
    /// <param name="stored">What is stored of it: cluster, pools, maintenance configurations; empty for a new one.</param>
    /// <param name="body">The request; not changed.</param>
    /// <param name="version">Its api-version.</param>
    /// <param name="context">What else counts.</param>
    public static (AdmittedCluster? Admitted, ArmRefusal? Refusal) Admit(
        ResourceId id, ImmutableArray<StoredResource> stored, JsonObject body, ApiVersion version, AdmissionContext context)
    {
        var before = stored.FirstOrDefault(r => r.IsOf(ResourceTypes.ManagedCluster));
        var problems = new AdmissionProblems();
        if (before is null && ResourceNames.RefusalOfCluster(id.Name) is { } badName)
        {
            // EV-83.
            problems.Add("name", badName, ErrorCodes.InvalidResourceName);
        }

        var (requested, unread) = SchemaReader.Read(ManagedClusterSchema.Resource, body, version);
        problems.Add("", unread);
        NormaliseLocation(requested, before is null, problems);
        var profiles = requested.Object("properties")?["agentPoolProfiles"] as JsonArray;
        requested.Object("properties")?.Remove("agentPoolProfiles");

        var storedDocument = before is null ? null : ClusterDocument.Of(before);
        var (root, changedFixed) = SchemaMerge.Replace(ManagedClusterSchema.Resource, requested, storedDocument?.Root, version);
        problems.Add("", changedFixed);
        var merged = new ClusterDocument(root);
        KubernetesVersions.CheckPlan(merged, problems);
        var status = before is null ? new ClusterStatus() : StatusText.ReadCluster(before.Status);
        var kubernetes = Kubernetes(merged, storedDocument, status, context, problems);
        if (before is null)
        {
            ClusterDefaults.Fill(merged, id);
        }

        // CH-86: the support dates of its distribution are its own.
        var attached = AttachedRules.Of(stored);
        var support = attached is null && kubernetes is { } known ? context.Calendar.SupportOf(known, merged.HasLongTermSupport, context.Now) : KubernetesSupport.Supported;
        ClusterChannels.Settle(new ClusterDocument(requested), merged, storedDocument, (kubernetes, support), version, context, problems);
        attached?.CheckChannel(merged, storedDocument, problems);
        ForceRules.Settle(merged, storedDocument, version, context, problems);

        var surroundings = new PoolSurroundings(merged.NodeOsChannel, kubernetes, merged.KubernetesVersion, merged.HasLongTermSupport, merged.Location, merged.HasRegisteredNodes);
        var pools = new ClusterPools([.. stored.Where(r => r.IsOf(ResourceTypes.AgentPool))], new PoolRules(surroundings, version, context, problems), version, problems) { IsAttached = attached is not null };
        var (written, removed) = pools.Judge(profiles, isNew: before is null);
        var window = MaintenanceDrafts.Find(stored, ConfigurationKind.NodeOsUpgrade);
        // CH-50: the updaters on the nodes of an attached cluster are its owner's, so a change of channel switches none.
        var change = ClusterChannels.Transition(merged, storedDocument, attached is null ? pools.Systems(removed) : [], window, context, problems, inPlace: attached is { IsInPlace: true });
        if (problems.Any)
        {
            return (null, problems.Refusal());
        }

        return (new AdmittedCluster
        {
            IsNew = before is null,
            Document = root.ToJsonString(),
            DocumentChanged = storedDocument is null || !JsonNode.DeepEquals(root, storedDocument.Root),
            Status = status with
            {
                ProvisioningState = before is null ? ProvisioningState.Creating : ProvisioningState.Updating,
                ProvisioningError = null,
                KubernetesVersion = kubernetes?.ToString() ?? status.KubernetesVersion,
            },
            Pools = written,
            RemovedPools = removed,
            Channel = change,
        }, null);
    }

    /// <summary>A PATCH: tags only (EV-70). The document to store, or what is wrong.</summary>
    public static (string? Document, ArmRefusal? Refusal) AdmitTags(StoredResource stored, JsonObject body, ApiVersion version)
    {
        var problems = new AdmissionProblems();
        var (requested, unread) = SchemaReader.Read(GroupSchema.TagsObject, body, version);
        problems.Add("", unread);
        foreach (var (name, _) in requested.Where(p => !string.Equals(p.Key, "tags", StringComparison.Ordinal)))
        {
            problems.Add(name, $"'{name}' cannot be patched: PATCH of a cluster changes tags only. Use PUT.");
        }

        if (problems.Any)
        {
            return (null, problems.Refusal());
        }

        var root = ClusterDocument.Of(stored).Root;
        if (requested["tags"] is { } tags)
        {
            root["tags"] = tags.DeepClone();
        }

        return (root.ToJsonString(), null);
    }

    private static KubernetesVersion? Kubernetes(ClusterDocument merged, ClusterDocument? stored, ClusterStatus status, AdmissionContext context, AdmissionProblems problems)
    {
        if (stored is null)
        {
            return KubernetesVersions.OfNewCluster(merged, context, problems);
        }

        KubernetesVersion? has = KubernetesVersion.TryParse(status.KubernetesVersion, out var version) ? version : null;
        KubernetesVersions.OfUpdate(merged.KubernetesVersion, stored.KubernetesVersion, has, "properties.kubernetesVersion", "The cluster", problems);
        return has;
    }

    // "North 1" and "north1" are one place; compared as stored.
    private static void NormaliseLocation(JsonObject requested, bool required, AdmissionProblems problems)
    {
        if (requested.Text("location") is { } text)
        {
            if (ResourceNames.Location(text) is { } location)
            {
                requested["location"] = location;
            }
            else
            {
                problems.Add("location", $"'{(text.Length <= 60 ? text : text[..57] + "...")}' is not a location: letters, digits and hyphens.", ErrorCodes.InvalidResourceLocation);
            }
        }
        else if (required && !problems.Knows("location"))
        {
            problems.Add("location", "'location' is required: the region of the cluster.", ErrorCodes.InvalidResourceLocation);
        }
    }
}
