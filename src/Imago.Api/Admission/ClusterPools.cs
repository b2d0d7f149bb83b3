using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Documents;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Admission;

/// <summary>The pools of a cluster when the cluster is written: those in the request are made or changed, those it leaves out go.</summary>
/// <remarks>Rules: AZ-53, CH-20.</remarks>
internal sealed class ClusterPools(ImmutableArray<StoredResource> stored, PoolRules rules, ApiVersion version, AdmissionProblems problems)
{
    private const string Path = "properties.agentPoolProfiles";
    private const int MostPools = 100;

    /// <summary>Whether the cluster is attached, so that its pools are what its nodes make of them.</summary>
    public bool IsAttached { get; init; }

    /// <summary>The pools to write and the names of those to delete.</summary>
    /// <param name="profiles">The pools of the request, read by their schema; null: the request says nothing about pools, and they stay.</param>
    /// <param name="isNew">Whether the cluster is new.</param>
    public (ImmutableArray<AdmittedPool> Written, ImmutableArray<string> Removed) Judge(JsonArray? profiles, bool isNew)
    {
        if (profiles is null)
        {
            if (isNew && !problems.Knows(Path))
            {
                problems.Add(Path, "'agentPoolProfiles' is required: a new cluster needs at least one System pool.");
            }

            foreach (var pool in stored)
            {
                rules.JudgeUntouched(pool);
            }

            return ([], []);
        }

        var written = ImmutableArray.CreateBuilder<AdmittedPool>();
        var systems = 0;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (profile, index) in profiles.Select((p, i) => (p as JsonObject ?? [], i)))
        {
            // The first pool of a new cluster carries the cluster's own workloads unless it says otherwise.
            var judged = One(profile, $"{Path}[{index}]", isNew && index == 0 ? nameof(PoolMode.System) : nameof(PoolMode.User));
            names.Add(judged.Name);
            systems += JsonReading.Parse(judged.Document).Inner("properties").Text("mode") == nameof(PoolMode.System) ? 1 : 0;
            if (judged.DocumentChanged)
            {
                written.Add(judged);
            }
        }

        var removed = stored.Select(NameOf).Where(n => !names.Contains(n)).ToImmutableArray();
        if (IsAttached)
        {
            AttachedRules.RefuseRemoval(removed, Path, problems);
        }
        else if (systems == 0)
        {
            problems.Add(Path, "A cluster needs at least one System pool, and the request has none.");
        }

        if (names.Count > MostPools)
        {
            problems.Add(Path, $"{names.Count} node pools are too many: at most {MostPools} are allowed.", ErrorCodes.QuotaExceeded);
        }

        return (written.ToImmutable(), removed);
    }

    /// <summary>The pools there were, with their operating systems, without those that go.</summary>
    public IEnumerable<(string Name, PoolOs Os)> Systems(ImmutableArray<string> removed) =>
        from pool in stored
        let document = PoolDocument.Of(pool)
        where !removed.Contains(document.Name)
        select (document.Name, KubernetesVersion.TryParse(StatusText.ReadPool(pool.Status).KubernetesVersion, out var kubernetes) ? document.Os(kubernetes) : PoolOs.Other);

    private AdmittedPool One(JsonObject profile, string path, string defaultMode)
    {
        var name = profile.Text("name") ?? "";
        var before = stored.FirstOrDefault(p => string.Equals(NameOf(p), name, StringComparison.OrdinalIgnoreCase));
        var root = before is null ? [] : JsonReading.Parse(before.Document);
        var (properties, changedFixed) = SchemaMerge.Replace(AgentPoolSchema.InCluster, profile, before is null ? null : root.Inner("properties"), version);
        problems.Add(path, changedFixed);
        properties.Remove("name");
        root["properties"] = properties;
        if (IsAttached)
        {
            AttachedRules.CheckPool(name, properties, before is null ? null : JsonReading.Parse(before.Document).Inner("properties"), path, problems);
        }

        return rules.Judge(before is null ? name : NameOf(before), root, before, defaultMode, path);
    }

    private static string NameOf(StoredResource pool) => Contracts.Resources.ResourceId.Parse(pool.Id).Id!.Name;
}
