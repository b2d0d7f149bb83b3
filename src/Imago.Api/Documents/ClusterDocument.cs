using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Api.Documents;

/// <summary>The document of a cluster, read with types.</summary>
/// <param name="Root">The whole document.</param>
internal sealed record ClusterDocument(JsonObject Root)
{
    /// <summary>What a cluster that says nothing is, and what it can be instead.</summary>
    public const string BaseSku = "Base";
    public const string AutomaticSku = "Automatic";
    public const string NoClusterChannel = "none";

    public static ClusterDocument Of(StoredResource cluster) => new(JsonReading.Parse(cluster.Document));

    public JsonObject Properties => Root.Inner("properties");

    /// <summary>Tag of a cluster whose nodes are machines that register themselves, so that it can do without any of its own; value <c>registered</c>.</summary>
    public const string NodesTag = "imago-nodes";

    /// <summary>Whether machines register themselves as its nodes: then even a System pool may be empty.</summary>
    public bool HasRegisteredNodes => string.Equals(Root.Object("tags")?.Text(NodesTag), "registered", StringComparison.OrdinalIgnoreCase);

    public string Location => Root.Text("location") ?? "";

    public bool IsAutomatic => string.Equals(Root.Object("sku")?.Text("name"), AutomaticSku, StringComparison.Ordinal);

    public bool IsPremium => string.Equals(Root.Object("sku")?.Text("tier"), "Premium", StringComparison.Ordinal);

    /// <summary>CU-46.</summary>
    public bool HasLongTermSupport => string.Equals(Properties.Text("supportPlan"), "AKSLongTermSupport", StringComparison.Ordinal);

    public string? KubernetesVersion => Properties.Text("kubernetesVersion");

    /// <summary>CU-1: none is the default.</summary>
    public string ClusterChannel => Properties.Object("autoUpgradeProfile")?.Text("upgradeChannel") ?? NoClusterChannel;

    /// <summary>CH-1, CH-2: absent is Unspecified.</summary>
    public NodeOsChannel NodeOsChannel =>
        NodeOsChannels.TryParse(Properties.Object("autoUpgradeProfile")?.Text(NodeOsChannels.WireProperty), out var channel, out _) ? channel : NodeOsChannel.Unspecified;

    public bool LivePatching => Properties.Object("autoUpgradeProfile")?.Flag("livePatching") ?? true;

    public JsonObject? OverrideDocument => Properties.Object("upgradeSettings")?.Object("overrideSettings");

    /// <summary>UP-90: force as written; null if nothing is.</summary>
    public OverrideSettings? Override =>
        OverrideDocument is not { } force ? null
        : new OverrideSettings(force.Flag("forceUpgrade") == true, force.Text("until") is { } until ? ReadInstant(until) : null);

    /// <summary>UP-93: force as far as it lifts disruption budgets: only if an api-version wrote it that says so.</summary>
    public OverrideSettings? BudgetOverride => OverrideDocument?.Flag("liftsBudgets") == true ? Override : null;

    public NodeDisruptionPolicy DisruptionPolicy =>
        Enum.TryParse<NodeDisruptionPolicy>(Properties.Object("nodeDisruptionProfile")?.Text("nodeDisruptionPolicy"), out var policy) ? policy : NodeDisruptionPolicy.Allow;

    /// <summary>An instant in RFC 3339, or null. The last year of the calendar is left out: with an offset it reaches past what an instant can be.</summary>
    public static Instant? ReadInstant(string text) =>
        OffsetDateTimePattern.Rfc3339.Parse(text) is { Success: true, Value: { Year: > 0 and < 9999 } read } ? read.ToInstant() : null;
}
