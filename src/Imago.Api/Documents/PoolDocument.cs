using System.Text.Json.Nodes;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Api.Documents;

/// <summary>The document of a pool, read with types.</summary>
/// <param name="Name">Name of the pool.</param>
/// <param name="Properties">Its <c>properties</c>.</param>
internal sealed record PoolDocument(string Name, JsonObject Properties)
{
    public static PoolDocument Of(StoredResource pool) => new(ResourceId.Parse(pool.Id).Id!.Name, JsonReading.Parse(pool.Document).Inner("properties"));

    public int Count => (int)(Properties.Whole("count") ?? 0);

    public string VmSize => Properties.Text("vmSize") ?? "";

    public OsType OsType => string.Equals(Properties.Text("osType"), nameof(OsType.Windows), StringComparison.OrdinalIgnoreCase) ? OsType.Windows : OsType.Linux;

    public string? OsSkuText => Properties.Text("osSKU");

    /// <summary>The OS SKU asked for; null if none was, or one that no table knows.</summary>
    public OsSku? OsSku => OsSkuText switch
    {
        // Mariner is Azure Linux under its earlier name.
        "CBLMariner" => Domain.Images.OsSku.AzureLinux,
        { } text when Enum.TryParse<OsSku>(text, ignoreCase: true, out var sku) => sku,
        _ => null,
    };

    public PoolMode Mode => string.Equals(Properties.Text("mode"), nameof(PoolMode.System), StringComparison.OrdinalIgnoreCase) ? PoolMode.System : PoolMode.User;

    public string? OrchestratorVersion => Properties.Text("orchestratorVersion");

    public bool PinnedBySnapshot => Properties.Object("creationData")?.Text("sourceResourceId") is not null;

    /// <summary>The image that the pool's settings and size ask for at a Kubernetes version.</summary>
    public ImageChoice Image(KubernetesVersion kubernetes) => ImageChoice.For(new ImageRequest
    {
        OsType = OsType,
        OsSku = OsSku,
        Kubernetes = kubernetes,
        Variants = VmSizes.Variants(VmSize) | Variants,
    });

    /// <summary>The operating system as far as channels treat it differently.</summary>
    public PoolOs Os(KubernetesVersion kubernetes) =>
        Image(kubernetes).Family is { } family ? PoolOsKinds.Of(family, VmSizes.HasNvidiaGpu(VmSize)) : OsType == OsType.Windows ? PoolOs.Windows : PoolOs.Other;

    /// <summary>What the planner gets.</summary>
    public PoolSpec Spec(KubernetesVersion? kubernetes, KubernetesVersion? createdAt, OverrideSettings? force, StoredPause? pause) => new()
    {
        Name = Name,
        Mode = Mode,
        Os = kubernetes is { } version ? Os(version) : PoolOs.Other,
        Family = kubernetes is { } known ? Image(known).Family : null,
        Kubernetes = kubernetes,
        CreatedAtKubernetes = createdAt,
        Settings = UpgradeSettingsDocument.Read(Properties.Object("upgradeSettings"), force),
        PinnedBySnapshot = PinnedBySnapshot,
        Pause = pause is null ? null : new Pause(pause.By, pause.Since, pause.Why),
    };

    /// <summary>The pool as its owner wants it.</summary>
    public PoolIntent Intent(PoolSpec spec) => new(
        spec, Count, Properties.Texts("availabilityZones"), Properties.TextMap("nodeLabels"), Properties.Texts("nodeTaints"),
        OsSkuText ?? OsSkuDefaults.Default(OsType).ToString(), VmSize);

    private ImageVariants Variants =>
        (Properties.Flag("enableFIPS") == true ? ImageVariants.Fips : ImageVariants.None)
        | (Properties.Text("workloadRuntime") is "KataMshvVmIsolation" or "KataVmIsolation" ? ImageVariants.Kata : ImageVariants.None)
        | (Properties.Object("securityProfile") is { } security && (security.Flag("enableSecureBoot") == true || security.Flag("enableVTPM") == true) ? ImageVariants.TrustedLaunch : ImageVariants.None);
}
