using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Resources;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Documents;

/// <summary>What is answered for a resource: its document, what Imago knows beside it, as the api-version of the request sees it.</summary>
/// <remarks>Rules: AZ §1 (least cluster object), AZ-61, EV-82, EV-84, EV-86, CH-70 (a SecurityPatch that is stored is shown to every version).</remarks>
public static class WireDocuments
{
    private const int MostPools = 100;

    private static readonly Availability SurgeDefaultShown = Availability.From("2025-02-01");

    /// <summary>A managed cluster with its pools.</summary>
    public static JsonObject Cluster(StoredResource cluster, IEnumerable<StoredResource> pools, ApiVersion version)
    {
        var document = JsonReading.Parse(cluster.Document);
        var status = StatusText.ReadCluster(cluster.Status);

        // AZ §6: AKS spells the type of a cluster like this.
        var wire = Head(cluster, "Microsoft.ContainerService/ManagedClusters");
        wire["eTag"] = ETags.Of(cluster);
        var properties = new JsonObject
        {
            ["provisioningState"] = status.ProvisioningState.ToString(),
            ["powerState"] = PowerState(status.Running),
            ["maxAgentPools"] = MostPools,
            ["agentPoolProfiles"] = new JsonArray([.. pools.Select(p => Profile(p, status.Running, version)).OrderBy(p => p.Text("name"), StringComparer.Ordinal)]),
        };
        Tell(properties, "currentKubernetesVersion", status.KubernetesVersion);
        if (status.ProvisioningError is not null || !status.Conditions.IsEmpty)
        {
            properties["status"] = State(status.ProvisioningError, status.Conditions);
        }

        Take(properties, document.Object("properties"));
        Decorate(properties, cluster);
        Take(wire, document);
        var identity = wire.Inner("identity");
        identity.Default("type", "SystemAssigned");
        identity.Default("principalId", DerivedId(cluster, "principal"));
        wire["properties"] = properties;
        return SchemaView.At(ManagedClusterSchema.Resource, wire, version);
    }

    /// <summary>A node pool.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="running">Whether its cluster runs.</param>
    /// <param name="version">The api-version of the request.</param>
    public static JsonObject AgentPool(StoredResource pool, bool running, ApiVersion version)
    {
        var wire = Head(pool, ResourceTypes.AgentPool);
        Take(wire, JsonReading.Parse(pool.Document));
        wire["properties"] = PoolProperties(pool, running, version);
        return SchemaView.At(AgentPoolSchema.Resource, wire, version);
    }

    /// <summary>A maintenance configuration.</summary>
    public static JsonObject Maintenance(StoredResource configuration, ApiVersion version)
    {
        var wire = Head(configuration, ResourceTypes.MaintenanceConfiguration);
        Take(wire, JsonReading.Parse(configuration.Document));
        return SchemaView.At(MaintenanceConfigurationSchema.Resource, wire, version);
    }

    private static JsonObject Profile(StoredResource pool, bool running, ApiVersion version)
    {
        var profile = new JsonObject { ["name"] = ResourceId.Parse(pool.Id).Id!.Name };
        Take(profile, PoolProperties(pool, running, version));
        return profile;
    }

    private static JsonObject PoolProperties(StoredResource pool, bool running, ApiVersion version)
    {
        var document = PoolDocument.Of(pool);
        var status = StatusText.ReadPool(pool.Status);
        var properties = new JsonObject
        {
            ["provisioningState"] = status.ProvisioningState.ToString(),
            ["powerState"] = PowerState(running),
            ["eTag"] = ETags.Of(pool),
        };
        Tell(properties, "currentOrchestratorVersion", status.KubernetesVersion);
        Tell(properties, "nodeImageVersion", status.NodeImageVersion);
        if (status.ProvisioningError is not null)
        {
            properties["status"] = State(status.ProvisioningError, []);
        }

        Take(properties, document.Properties);
        var settings = properties.Inner("upgradeSettings");

        // EV §5: from this version on the default is told as text. It is the one in force (UP-20), so that writing it back changes nothing.
        if (SurgeDefaultShown.In(version))
        {
            settings.Default("maxSurge", Concurrency.DefaultSurge(document.Spec(Version(status.KubernetesVersion), Version(status.CreatedAtKubernetes), null, null)).ToString());
        }

        return properties;
    }

    // What az cannot do without (AZ §1), where the owner said nothing.
    private static void Decorate(JsonObject properties, StoredResource cluster)
    {
        properties.Default("servicePrincipalProfile", new JsonObject { ["clientId"] = "msi" });
        properties.Default("identityProfile", new JsonObject
        {
            ["kubeletidentity"] = new JsonObject
            {
                ["resourceId"] = $"{cluster.Id}/kubeletIdentity",
                ["clientId"] = DerivedId(cluster, "kubelet-client"),
                ["objectId"] = DerivedId(cluster, "kubelet-object"),
            },
        });
        properties.Default("networkProfile", new JsonObject
        {
            ["networkPlugin"] = "azure",
            ["networkPluginMode"] = "overlay",
            ["podCidr"] = "10.244.0.0/16",
            ["serviceCidr"] = "10.0.0.0/16",
            ["dnsServiceIP"] = "10.0.0.10",
            ["outboundType"] = "loadBalancer",
            ["loadBalancerSku"] = "standard",
        });
    }

    private static JsonObject Head(StoredResource resource, string type) => new()
    {
        ["id"] = resource.Id,
        ["name"] = ResourceId.Parse(resource.Id).Id!.Name,
        ["type"] = type,
    };

    private static JsonObject PowerState(bool running) => new() { ["code"] = running ? "Running" : "Stopped" };

    private static JsonObject State(string? error, IEnumerable<StoredCondition> conditions)
    {
        var state = new JsonObject();
        if (error is not null)
        {
            state["provisioningError"] = JsonNode.Parse(error);
        }

        var told = conditions.Select(c => new JsonObject { ["reason"] = c.Reason, ["message"] = c.Message }).ToArray<JsonNode?>();
        if (told.Length > 0)
        {
            state["conditions"] = new JsonArray(told);
        }

        return state;
    }

    // What is not known yet is not told as an empty text.
    private static void Tell(JsonObject properties, string name, string value)
    {
        if (value.Length > 0)
        {
            properties[name] = value;
        }
    }

    private static void Take(JsonObject to, JsonObject? from)
    {
        foreach (var (name, value) in from ?? [])
        {
            to[name] = value?.DeepClone();
        }
    }

    // Nothing signs in with these ids; they are there because clients look them up, and stay the same for the same cluster.
    private static string DerivedId(StoredResource cluster, string purpose) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster.Key}|{cluster.CreatedAt.ToUnixTimeTicks()}|{purpose}")).AsSpan(0, 16)).ToString("D");

    private static KubernetesVersion? Version(string text) => KubernetesVersion.TryParse(text, out var version) ? version : null;
}
