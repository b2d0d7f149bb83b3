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
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Admission;

/// <summary>Judges a PUT of one node pool. Pure: what is refused has changed nothing.</summary>
/// <remarks>Rules: AZ-16, AZ-17, AZ-33, EV-83, EV-85, EV-86, CH-20.</remarks>
public static class AgentPoolAdmission
{
    /// <summary>The write, or everything that is wrong with it; exactly one of them is given.</summary>
    /// <param name="id">The pool.</param>
    /// <param name="stored">What is stored of its cluster: cluster, pools, maintenance configurations.</param>
    /// <param name="body">The request; not changed.</param>
    /// <param name="version">Its api-version.</param>
    /// <param name="context">What else counts.</param>
    public static (AdmittedPool? Admitted, ArmRefusal? Refusal) Admit(
        ResourceId id, ImmutableArray<StoredResource> stored, JsonObject body, ApiVersion version, AdmissionContext context)
    {
        var cluster = stored.First(r => r.IsOf(ResourceTypes.ManagedCluster));
        var before = stored.FirstOrDefault(r => string.Equals(r.Key, id.Key, StringComparison.Ordinal));
        var problems = new AdmissionProblems();
        var (requested, unread) = SchemaReader.Read(AgentPoolSchema.Resource, body, version);
        problems.Add("", unread);
        var (root, changedFixed) = SchemaMerge.Replace(AgentPoolSchema.Resource, requested, before is null ? null : JsonReading.Parse(before.Document), version);
        problems.Add("", changedFixed);

        var attached = AttachedRules.Of(stored);
        if (attached is not null)
        {
            AttachedRules.CheckPool(id.Name, root.Inner("properties"), before is null ? null : JsonReading.Parse(before.Document).Inner("properties"), "properties", problems);
            if (before is null)
            {
                return (null, problems.Refusal());
            }
        }

        // The power state is read-only and else ignored; but this is how a pool is stopped, and taking it would look as if it had been.
        if (StatusText.ReadCluster(cluster.Status).Running && SaysStopped(body))
        {
            problems.Add("properties.powerState.code", $"Node pool '{id.Name}' cannot be stopped by itself: that is not served. Stop the cluster, or set 'count' to what is needed.");
        }

        var document = ClusterDocument.Of(cluster);
        KubernetesVersion? kubernetes = KubernetesVersion.TryParse(StatusText.ReadCluster(cluster.Status).KubernetesVersion, out var has) ? has : null;
        var surroundings = new PoolSurroundings(document.NodeOsChannel, kubernetes, document.KubernetesVersion, document.HasLongTermSupport, document.Location, document.HasRegisteredNodes);
        var admitted = new PoolRules(surroundings, version, context, problems)
            .Judge(before is null ? id.Name : ResourceId.Parse(before.Id).Id!.Name, root, before, nameof(PoolMode.User), "properties");
        if (attached is null && before is not null && new PoolDocument(admitted.Name, root.Inner("properties")).Mode != PoolMode.System && IsLastSystemPool(id, stored))
        {
            problems.Add("properties.mode", $"Node pool '{id.Name}' is the only System pool; a cluster needs one. Make another pool a System pool first.");
        }

        return problems.Any ? (null, problems.Refusal()) : (admitted, null);
    }

    private static bool SaysStopped(JsonObject body) =>
        Member(Member(Member(body, "properties"), "powerState"), "code") is JsonValue code && code.TryGetValue<string>(out var text) && text.Equals("Stopped", StringComparison.OrdinalIgnoreCase);

    private static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?.FirstOrDefault(m => m.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool IsLastSystemPool(ResourceId id, ImmutableArray<StoredResource> stored)
    {
        var systems = stored.Where(r => r.IsOf(ResourceTypes.AgentPool) && PoolDocument.Of(r).Mode == PoolMode.System).ToList();
        return systems is [var only] && string.Equals(only.Key, id.Key, StringComparison.Ordinal);
    }
}
