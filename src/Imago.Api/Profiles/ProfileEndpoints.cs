using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using Imago.Domain.Channels;
using Imago.Domain.Images;

namespace Imago.Api.Profiles;

/// <summary>What clusters and pools can be upgraded to (AZ-13, AZ-18, EV-73, EV-74).</summary>
internal sealed class ProfileEndpoints(Scopes scopes, KubernetesCalendar calendar, ICatalogSource catalog, IIntentReader intents) : IRouteSource
{
    // EV §5
    private static readonly Availability RecentlyUsedShown = Availability.From("2026-04-01", "2025-08-02-preview");

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ClusterRoutes.One + "/upgradeProfiles/default", "ManagedClusters_GetUpgradeProfile", VersionSet.ContainerService, OfClusterAsync)
        {
            Summary = "The Kubernetes versions that a cluster can be upgraded to.", AnswerSchema = "ManagedClusterUpgradeProfile",
        },
        new("GET", ClusterRoutes.One + "/availableAgentPoolVersions", "AgentPools_GetAvailableAgentPoolVersions", VersionSet.ContainerService, OfNewPoolsAsync)
        {
            Summary = "The Kubernetes versions that a new pool can have.", AnswerSchema = "AgentPoolAvailableVersions",
        },
        new("GET", ClusterRoutes.Pool + "/upgradeProfiles/default", "AgentPools_GetUpgradeProfile", VersionSet.ContainerService, OfPoolAsync)
        {
            Summary = "The node image and the Kubernetes versions that a pool can be upgraded to.", AnswerSchema = "AgentPoolUpgradeProfile",
        },
        new("GET", "/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}/kubernetesVersions", "ManagedClusters_ListKubernetesVersions", VersionSet.ContainerService, VersionsAsync)
        {
            Summary = "The Kubernetes versions that are offered.", AnswerSchema = "KubernetesVersionListResult",
        },
    ];

    // AZ-13
    private async ValueTask<ApiAnswer> OfClusterAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var document = ClusterDocument.Of(cluster!.Cluster);
        var current = VersionOf(cluster.Status.KubernetesVersion);
        var profile = Profile(current, nameof(OsType.Linux), OfCluster(document, current, request));
        return ApiAnswer.Ok(new JsonObject
        {
            ["id"] = $"{cluster.Cluster.Id}/upgradeProfiles/default",
            ["name"] = "default",
            ["type"] = "Microsoft.ContainerService/managedClusters/upgradeprofiles",
            ["properties"] = new JsonObject
            {
                ["controlPlaneProfile"] = profile,
                ["agentPoolProfiles"] = new JsonArray([.. cluster.Pools.Select(p => PoolProfile(cluster, p, request))]),
            },
        });
    }

    private async ValueTask<ApiAnswer> OfNewPoolsAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var document = ClusterDocument.Of(cluster!.Cluster);
        var controlPlane = VersionOf(cluster.Status.KubernetesVersion);
        var versions = controlPlane is { } known ? OfferedVersions.OfNewPools(calendar, known, document.HasLongTermSupport, request.Now) : [];
        return ApiAnswer.Ok(new JsonObject
        {
            ["id"] = $"{cluster.Cluster.Id}/availableAgentPoolVersions/default",
            ["name"] = "default",
            ["type"] = "Microsoft.ContainerService/managedClusters/availableAgentpoolVersions",
            ["properties"] = new JsonObject
            {
                ["agentPoolVersions"] = new JsonArray([.. versions.Select(v =>
                {
                    var offered = new JsonObject { ["kubernetesVersion"] = v.ToString(), ["isPreview"] = false };
                    if (v == controlPlane)
                    {
                        offered["default"] = true;
                    }

                    return offered;
                })]),
            },
        });
    }

    // AZ-18
    private async ValueTask<ApiAnswer> OfPoolAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return refusal;
        }

        if (cluster!.Pool(request["pool"]) is not { } pool)
        {
            return Pools.PoolEndpoints.NotFound(request);
        }

        var properties = PoolProfile(cluster, pool, request);
        properties.Remove("name");
        properties["latestNodeImageVersion"] = LatestImage(cluster, pool, request);
        if (RecentlyUsedShown.In(request.ApiVersion!.Value))
        {
            properties["recentlyUsedVersions"] = new JsonArray([.. StatusText.ReadPool(pool.Status).RecentlyUsed.Select(u => new JsonObject
            {
                ["orchestratorVersion"] = u.OrchestratorVersion,
                ["nodeImageVersion"] = u.NodeImageVersion,
                ["timestamp"] = WireText.Of(u.Timestamp),
            })]);
        }

        return ApiAnswer.Ok(new JsonObject
        {
            ["id"] = $"{pool.Id}/upgradeProfiles/default",
            ["name"] = "default",
            ["type"] = "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles",
            ["properties"] = properties,
        });
    }

    // AZ-14, EV-78. The versions are the same in every region: images are what is released region by region (IM-35).
    private async ValueTask<ApiAnswer> VersionsAsync(ApiRequest request)
    {
        if (await scopes.RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return refused;
        }

        if (Contracts.Resources.ResourceNames.Location(request["location"]) is null)
        {
            return Problems.Of(400, ErrorCodes.InvalidResourceLocation, $"Location '{Problems.Quoted(request["location"])}' is not a location: letters, digits and hyphens, such as north-1.", "location");
        }

        var standard = calendar.Offered(longTerm: false, request.Now);
        var all = calendar.Offered(longTerm: true, request.Now);
        var usual = calendar.DefaultAt(request.Now);
        return ApiAnswer.Ok(new JsonObject
        {
            ["values"] = new JsonArray([.. all.Select(m =>
            {
                var longTerm = !standard.Contains(m);
                var newest = m.Newest(longTerm);
                var plans = longTerm ? (string[])["AKSLongTermSupport"] : ["KubernetesOfficial", "AKSLongTermSupport"];
                return new JsonObject
                {
                    ["version"] = $"1.{m.Minor}",
                    ["isDefault"] = m.Minor == usual.Minor,
                    ["capabilities"] = new JsonObject { ["supportPlan"] = new JsonArray([.. plans.Select(p => (JsonNode)p)]) },
                    ["patchVersions"] = new JsonObject
                    {
                        [newest.ToString()] = new JsonObject { ["upgrades"] = Texts(OfferedVersions.Upgrades(calendar, newest, longTerm, request.Now)) },
                    },
                };
            })]),
        });
    }

    private JsonObject PoolProfile(ClusterResources cluster, StoredResource pool, ApiRequest request)
    {
        var document = ClusterDocument.Of(cluster.Cluster);
        var current = VersionOf(StatusText.ReadPool(pool.Status).KubernetesVersion);
        var upgrades = current is { } from && VersionOf(cluster.Status.KubernetesVersion) is { } controlPlane
            ? OfferedVersions.Upgrades(calendar, from, controlPlane, document.HasLongTermSupport, request.Now)
            : [];
        var profile = Profile(current, PoolDocument.Of(pool).OsType.ToString(), upgrades);
        profile["name"] = ClusterResources.NameOf(pool);
        return profile;
    }

    // IM-35: what counts is what the cluster's region has.
    private string? LatestImage(ClusterResources cluster, StoredResource pool, ApiRequest request)
    {
        var intent = intents.Read(cluster.All, request.Now);
        var family = intent.Pools.FirstOrDefault(p => p.Spec.Name.Equals(ClusterResources.NameOf(pool), StringComparison.OrdinalIgnoreCase))?.Spec.Family;
        return family is null ? null : catalog.Current.LatestImage(family, intent.Spec.Ring, request.Now)?.Image.Text;
    }

    private ImmutableArray<KubernetesVersion> OfCluster(ClusterDocument document, KubernetesVersion? current, ApiRequest request) =>
        current is { } from ? OfferedVersions.Upgrades(calendar, from, document.HasLongTermSupport, request.Now) : [];

    private static JsonObject Profile(KubernetesVersion? current, string osType, ImmutableArray<KubernetesVersion> upgrades) => new()
    {
        ["kubernetesVersion"] = current?.ToString() ?? "",
        ["osType"] = osType,
        ["upgrades"] = new JsonArray([.. upgrades.Select(v => new JsonObject { ["kubernetesVersion"] = v.ToString(), ["isPreview"] = false })]),
    };

    private static JsonArray Texts(ImmutableArray<KubernetesVersion> versions) => new([.. versions.Select(v => (JsonNode)v.ToString())]);

    private static KubernetesVersion? VersionOf(string text) => KubernetesVersion.TryParse(text, out var version) ? version : null;
}
