using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Admission;
using Imago.Api.Documents;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Contracts.Resources;
using Imago.Contracts.Versions;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using Shouldly;

namespace Imago.Api.Tests.Admission.Kit;

/// <summary>A cluster as writes leave it: what is admitted is stored as the API stores it, what is refused is not.</summary>
internal sealed class WrittenCluster
{
    public static readonly Instant Start = Instant.FromUtc(2026, 11, 25, 12, 0);

    public const string LatestUbuntu = "AKSUbuntu-2404gen2containerd-202611.03.0";

    public ResourceId Id { get; init; } = ResourceId.OfCluster("11111111-2222-3333-4444-555555555555", "rg-shop", "shop-prod");

    public ImmutableArray<StoredResource> Resources { get; private set; } = [];

    public Instant Now { get; set; } = Start;

    public HashSet<string> Features { get; } = [];

    /// <summary>The last write of the cluster that was admitted.</summary>
    public AdmittedCluster? Admitted { get; private set; }

    public ApiVersion Version { get; set; } = ContainerServiceVersions.Newest;

    private AdmissionContext Context => new()
    {
        Now = Now,
        FeatureRegistered = Features.Contains,
        Catalog = ReleaseCatalog.Of([new(NodeImage.Parse(LatestUbuntu), Start - Duration.FromDays(20))], []),
    };

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>A cluster with one System pool.</summary>
    public static WrittenCluster Made(string properties = "", string version = "2026-04-01")
    {
        var cluster = new WrittenCluster { Version = ApiVersion.Of(version) };
        cluster.Put(Body(properties)).ShouldBeNull();
        return cluster;
    }

    public static string Body(string properties = "") =>
        """{"location":"north-1","properties":{"agentPoolProfiles":[{"name":"sys","count":3,"mode":"System"}]""" + (properties.Length == 0 ? "" : ",") + properties + "}}";

    public ArmError? Put(string body, string? version = null) => Put(Parse(body), version);

    /// <summary>Writes the cluster; the error if it was refused.</summary>
    public ArmError? Put(JsonObject body, string? version = null)
    {
        var (admitted, refusal) = ManagedClusterAdmission.Admit(Id, Resources, body, Of(version), Context);
        if (admitted is null)
        {
            refusal!.StatusCode.ShouldBe(400);
            return refusal.Error;
        }

        refusal.ShouldBeNull();
        Admitted = admitted;
        Store(Id, ResourceTypes.ManagedCluster, admitted.Document, admitted.DocumentChanged, StatusText.Write(admitted.Status with { ProvisioningState = ProvisioningState.Succeeded }));
        foreach (var pool in admitted.Pools)
        {
            Store(pool);
        }

        Resources = [.. Resources.Where(r => !admitted.RemovedPools.Contains(ResourceId.Parse(r.Id).Id!.Name))];
        return null;
    }

    public ArmError? PutPool(string name, string body, string? version = null) => PutPool(name, Parse(body), version);

    public ArmError? PutPool(string name, JsonObject body, string? version = null)
    {
        var (admitted, refusal) = AgentPoolAdmission.Admit(Id.Child("agentPools", name), Resources, body, Of(version), Context);
        if (admitted is not null)
        {
            Store(admitted);
        }

        return refusal?.Error;
    }

    public ArmError? PutMaintenance(string name, string body, string? version = null) => PutMaintenance(name, Parse(body), version);

    public ArmError? PutMaintenance(string name, JsonObject body, string? version = null)
    {
        var id = Id.Child("maintenanceConfigurations", name);
        var (admitted, refusal) = MaintenanceAdmission.Admit(id, Find(id), body, Of(version), Now);
        if (admitted is not null)
        {
            Store(Id.Child("maintenanceConfigurations", admitted.Name), ResourceTypes.MaintenanceConfiguration, admitted.Document, admitted.DocumentChanged, "{}");
        }

        return refusal?.Error;
    }

    public JsonObject Get(string? version = null) =>
        WireDocuments.Cluster(Find(Id)!, Resources.Where(r => r.Type == ResourceTypes.AgentPool), Of(version));

    public JsonObject GetPool(string name, string? version = null) => WireDocuments.AgentPool(Find(Id.Child("agentPools", name))!, running: true, Of(version));

    public JsonObject GetMaintenance(string name, string? version = null) => WireDocuments.Maintenance(Find(Id.Child("maintenanceConfigurations", name))!, Of(version));

    public StoredResource? Find(ResourceId id) => Resources.FirstOrDefault(r => r.Key == id.Key);

    /// <summary>Makes the Kubernetes version of everything another one, as time and upgrades would.</summary>
    public void HasKubernetes(string full)
    {
        Resources =
        [
            .. Resources.Select(r => r.Type == ResourceTypes.ManagedCluster
                ? r with { Status = StatusText.Write(StatusText.ReadCluster(r.Status) with { KubernetesVersion = full }) }
                : r.Type == ResourceTypes.AgentPool ? r with { Status = StatusText.Write(StatusText.ReadPool(r.Status) with { KubernetesVersion = full, CreatedAtKubernetes = full }) } : r),
        ];
    }

    /// <summary>Everything that is stored, to compare.</summary>
    public string Everything() => string.Join('\n', Resources.Select(r => $"{r.Key} {r.Version} {r.Document} {r.Status}").Order(StringComparer.Ordinal));

    private ApiVersion Of(string? version) => version is null ? Version : ApiVersion.Of(version);

    private void Store(AdmittedPool pool) => Store(
        Id.Child("agentPools", pool.Name), ResourceTypes.AgentPool, pool.Document, pool.DocumentChanged,
        StatusText.Write(pool.Status with { ProvisioningState = ProvisioningState.Succeeded }));

    private void Store(ResourceId id, string type, string document, bool changed, string status)
    {
        var before = Find(id);
        var after = before is null
            ? new StoredResource { Key = id.Key, Id = id.Text, Type = type, ParentKey = id.Parent!.Key, ClusterKey = Id.Key, Document = document, Status = status, Version = 1, StatusVersion = 1, CreatedAt = Now, ChangedAt = Now }
            : before with { Document = document, Status = status, Version = before.Version + (changed ? 1 : 0), ChangedAt = changed ? Now : before.ChangedAt };
        Resources = [.. Resources.Where(r => r.Key != id.Key), after];
    }
}
