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
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Admission;

/// <summary>The cluster that a pool is written in, as it will be.</summary>
/// <param name="Channel">The node OS channel after the write.</param>
/// <param name="Kubernetes">The full version; null if it could not be settled, which is a problem of its own.</param>
/// <param name="KubernetesText">The version as asked for; what a pool that says nothing gets.</param>
/// <param name="LongTerm">Whether it has long-term support.</param>
/// <param name="Location">Where it is.</param>
/// <param name="MayBeEmpty">Whether a System pool may be without nodes, because machines register themselves.</param>
internal sealed record PoolSurroundings(NodeOsChannel Channel, KubernetesVersion? Kubernetes, string? KubernetesText, bool LongTerm, string Location, bool MayBeEmpty);

/// <summary>One pool that is written, by itself or with its cluster.</summary>
/// <remarks>Rules: EV-83, CH-20, IM-20, IM-44, UP-12…31.</remarks>
internal sealed class PoolRules(PoolSurroundings cluster, ApiVersion version, AdmissionContext context, AdmissionProblems problems)
{
    /// <summary>Judges a pool.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="root">The whole document after the write; a new pool's defaults are filled in.</param>
    /// <param name="stored">What is stored; null for a new pool.</param>
    /// <param name="defaultMode">Mode of a new pool that says none.</param>
    /// <param name="path">Path of the properties in the request.</param>
    public AdmittedPool Judge(string name, JsonObject root, StoredResource? stored, string defaultMode, string path)
    {
        var properties = root.Inner("properties");
        if (stored is null)
        {
            PoolDefaults.Fill(properties, defaultMode, cluster.KubernetesText ?? "");
        }

        var pool = new PoolDocument(name, properties);
        var before = stored is null ? null : PoolDocument.Of(stored);
        var status = stored is null ? null : StatusText.ReadPool(stored.Status);
        var kubernetes = Kubernetes(pool, before, status, path);
        if (stored is null && ResourceNames.RefusalOfPool(name, pool.OsType == OsType.Windows) is { } badName)
        {
            // EV-83.
            problems.Add(Paths.Join(path, "name"), badName, ErrorCodes.InvalidResourceName);
        }

        if (pool.OsType == OsType.Windows && pool.Mode == PoolMode.System)
        {
            // IM-20.
            problems.Add(Paths.Join(path, "mode"), $"Node pool '{name}' runs Windows and cannot be a System pool. Make it a User pool.");
        }

        var created = status is null ? kubernetes : Parse(status.CreatedAtKubernetes);
        PoolSettings.Check(pool, pool.Spec(kubernetes, created, null, null), cluster.MayBeEmpty, path, problems);
        var image = kubernetes is { } known ? CheckImage(pool, before, known, path) : null;
        return Outcome(name, root, stored, status, kubernetes, image);
    }

    /// <summary>CH-20: a pool that stays as it is, on a channel that may not.</summary>
    public void JudgeUntouched(StoredResource stored)
    {
        var pool = PoolDocument.Of(stored);
        if (Parse(StatusText.ReadPool(stored.Status).KubernetesVersion) is { } kubernetes)
        {
            RefuseByChannel(pool, kubernetes, "properties.autoUpgradeProfile.nodeOSUpgradeChannel");
        }
    }

    private KubernetesVersion? Kubernetes(PoolDocument pool, PoolDocument? before, PoolStatus? status, string path)
    {
        var at = Paths.Join(path, "orchestratorVersion");
        if (before is null || status is null)
        {
            return cluster.Kubernetes is { } of ? KubernetesVersions.OfNewPool(pool, of, cluster.LongTerm, at, context, problems) : null;
        }

        var has = Parse(status.KubernetesVersion);
        KubernetesVersions.OfUpdate(pool.OrchestratorVersion, before.OrchestratorVersion, has, at, $"Node pool '{pool.Name}'", problems);
        return has;
    }

    private NodeImage? CheckImage(PoolDocument pool, PoolDocument? before, KubernetesVersion kubernetes, string path)
    {
        var at = Paths.Join(path, "osSKU");
        var choice = pool.Image(kubernetes);
        var isChosen = before is null || !string.Equals(before.OsSkuText, pool.OsSkuText, StringComparison.Ordinal);
        if (isChosen && AgentPoolSchema.PreviewOsSkus.Contains(pool.OsSkuText ?? "") && !version.IsPreview)
        {
            problems.Add(at, $"Node pool '{pool.Name}': OS SKU {pool.OsSkuText} exists in previews only; the request's api-version is {version}.", ErrorCodes.PropertyNeedsNewerApiVersion);
        }

        if (isChosen && choice.Refusal is { } refusal)
        {
            problems.Add(at, $"Node pool '{pool.Name}': {refusal}");
        }
        else if (before is not null && isChosen && OsSkuDefaults.TypeOf(choice.Sku) == OsType.Windows)
        {
            // IM-25: Windows needs a new pool.
            problems.Add(at, $"Node pool '{pool.Name}' cannot change its Windows version in place. Create a new pool and delete this one.", ErrorCodes.PropertyChangeNotAllowed);
        }

        // IM-44: no new pool, and no pool moved, to what is out of support.
        if (isChosen && Retirement.RefusalOfNewPool(choice.Sku, context.Now.InUtc().Date) is { } retired)
        {
            problems.Add(at, retired);
        }

        RefuseByChannel(pool, kubernetes, at);
        return choice.Family is { } family ? context.Catalog.LatestImage(family, context.Rings.RingOf(cluster.Location), context.Now)?.Image : null;
    }

    // CH-20: immutable systems and SecurityPatch or Unmanaged. CH-19: others that a channel does not work for are accepted and skipped.
    private void RefuseByChannel(PoolDocument pool, KubernetesVersion kubernetes, string path)
    {
        if (ChannelSupport.RefusalOf(cluster.Channel, pool.Name, pool.Os(kubernetes)) is { } refusal)
        {
            problems.Add(path, refusal);
        }
    }

    private static AdmittedPool Outcome(string name, JsonObject root, StoredResource? stored, PoolStatus? status, KubernetesVersion? kubernetes, NodeImage? image)
    {
        var document = root.ToJsonString();
        if (stored is null || status is null)
        {
            var version = kubernetes?.ToString() ?? "";
            return new AdmittedPool(name, IsNew: true, document, DocumentChanged: true, new PoolStatus
            {
                ProvisioningState = ProvisioningState.Creating,
                KubernetesVersion = version,

                // UP-20: decides the default surge for good.
                CreatedAtKubernetes = version,
                NodeImageVersion = image?.Text ?? "",
            });
        }

        var before = JsonReading.Parse(stored.Document);
        var scales = before.Object("properties")?.Whole("count") != root.Object("properties")?.Whole("count");
        return new AdmittedPool(name, IsNew: false, document, !JsonNode.DeepEquals(before, root), status with
        {
            ProvisioningState = scales ? ProvisioningState.Scaling : ProvisioningState.Updating,
            ProvisioningError = null,
        });
    }

    private static KubernetesVersion? Parse(string text) => KubernetesVersion.TryParse(text, out var version) ? version : null;
}
