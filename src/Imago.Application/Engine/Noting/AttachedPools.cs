using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Engine.Noting;

/// <summary>Keeps the pools of an attached cluster, as they are stored, in step with those that its nodes belong to.</summary>
/// <remarks>
/// A pool that appears becomes a resource with default settings. One whose nodes have gone stays for <see cref="EngineOptions.KeepEmptyPools"/>, for an autoscaler may have
/// emptied it. Sizes and versions follow the nodes, because they are the owner's and not ours to ask for.
/// </remarks>
internal static class AttachedPools
{
    // Nodes of the control plane, virtual nodes and those that no chosen pool selects are left alone.
    private static readonly string[] NotRolled = ["", PoolRules.ControlPlane, PoolRules.Virtual, PoolRules.NotChosen];

    /// <summary>Writes the difference.</summary>
    public static void Note(NotingFrame frame)
    {
        if (!frame.Spec.Attached)
        {
            return;
        }

        foreach (var name in frame.Input.View.Pools.Where(n => !NotRolled.Contains(n) && frame.Stored.Pool(n) is null))
        {
            frame.Changes.Write(Created(frame, name));
        }

        foreach (var pool in frame.Stored.Pools)
        {
            if (IsGone(frame, pool))
            {
                frame.Changes.Write(new ResourceWrite.Delete(null) { Key = pool.Resource.Key });
            }
            else
            {
                Follow(frame, pool);
            }
        }
    }

    /// <summary>Whether the resource of a pool without nodes goes.</summary>
    public static bool IsGone(NotingFrame frame, StoredPool pool) =>
        frame.Spec.Attached && pool.Status.EmptySince is { } since && since + frame.KeepEmptyPools <= frame.Now && frame.Input.View.NodesOf(pool.Name).IsEmpty && IsQuiet(frame, pool.Name);

    private static bool IsQuiet(NotingFrame frame, string pool) =>
        frame.Input.Records.GetValueOrDefault(pool) is not { Ended: false } && !frame.Changes.Open.Any(o => string.Equals(o.Pool, pool, StringComparison.OrdinalIgnoreCase));

    // While a rollout is under way sizes come and go; its end is early enough.
    private static void Follow(NotingFrame frame, StoredPool pool)
    {
        var nodes = frame.Input.View.NodesOf(pool.Name).Values.ToList();
        if (nodes.Count == 0 || frame.Input.Records.GetValueOrDefault(pool.Name) is { Ended: false })
        {
            return;
        }

        var document = (JsonObject)JsonNode.Parse(pool.Resource.Document)!;
        var properties = document["properties"] as JsonObject ?? [];
        document["properties"] ??= properties;
        properties["count"] = nodes.Count;
        if (AttachedDocuments.VersionOf(KubeletOf(nodes)) is { Length: > 0 } version)
        {
            properties["orchestratorVersion"] = version;
        }

        if (!JsonNode.DeepEquals(document, JsonNode.Parse(pool.Resource.Document)))
        {
            frame.Changes.Write(new ResourceWrite.Document(document.ToJsonString(), pool.Resource.Version, frame.Now) { Key = pool.Resource.Key });
        }
    }

    private static ResourceWrite.Create Created(NotingFrame frame, string name)
    {
        var nodes = frame.Input.View.NodesOf(name).Values.ToList();
        var windows = nodes.Exists(n => n.Image.Family is { } family && PoolOsOf(family) == OsType.Windows);
        var document = new JsonObject
        {
            ["properties"] = AttachedDocuments.Pool(nodes.Count, nameof(PoolMode.User), (windows ? OsType.Windows : OsType.Linux).ToString(), KubeletOf(nodes)),
        };
        var id = $"{frame.Stored.Resource.Id}/agentPools/{name}";
        return new ResourceWrite.Create(new StoredResource
        {
            Key = id.ToLowerInvariant(),
            Id = id,
            Type = ResourceTypes.AgentPool,
            ParentKey = frame.Stored.Key,
            ClusterKey = frame.Stored.Key,
            Document = document.ToJsonString(),
            Status = StatusText.Write(AttachedDocuments.Status(nodes.Count, MostFrequentImage(nodes), KubeletOf(nodes) ?? "")),
            Version = 1,
            StatusVersion = 1,
            CreatedAt = frame.Now,
            ChangedAt = frame.Now,
        }) { Key = id.ToLowerInvariant() };
    }

    private static OsType PoolOsOf(ImageFamily family) => ImageFamilies.Find(family) is { } facts ? OsSkuDefaults.TypeOf(facts.Sku) : OsType.Linux;

    // Of equally frequent ones the first by name.
    private static string MostFrequentImage(IEnumerable<Node> nodes) =>
        nodes.GroupBy(n => n.Image.Text, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault()?.Key ?? "";

    /// <summary>The lowest kubelet version of some nodes: what is true for the pool is true for it.</summary>
    public static string? KubeletOf(IEnumerable<Node> nodes) => nodes.Select(n => n.Kubelet).OfType<KubernetesVersion>().Order().Select(v => v.ToString()).FirstOrDefault();
}
