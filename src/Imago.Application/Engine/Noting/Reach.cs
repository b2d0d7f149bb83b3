using System.Text.Json.Nodes;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Engine.Noting;

/// <summary>What is told about an attached cluster that cannot be reached, and when it is tried again.</summary>
internal static class Reach
{
    private const string Caller = "system:engine";
    private const string OperationName = "Imago/managedClusters/reach/action";

    /// <summary>The condition that stands in its status meanwhile.</summary>
    public static StoredCondition Condition(string cluster, StoredOutage outage) => new(
        StoredOutage.Reason,
        $"Cluster '{cluster}' cannot be reached since {InstantPattern.General.Format(outage.Since)}: {outage.Error} Nothing is done to it meanwhile; it is tried again by itself. Check its address and credentials.");

    /// <summary>
    /// As long as it has been unreachable already, so that the waits double: nothing has to be remembered for it, and a restart does not begin anew. Shortened by up to a
    /// half, so that clusters behind one broken network do not all come back in step.
    /// </summary>
    public static Duration Wait(Duration unreachable, EngineOptions options, string cluster)
    {
        var full = Duration.Min(options.LongestReach, Duration.Max(options.FirstReach, unreachable));
        return full * (0.5 + (StableHash.Of($"{options.Seed}/{cluster}/{full.TotalSeconds}") % 1000 / 2000.0));
    }

    /// <summary>One entry of the activity log for each time that it is lost.</summary>
    public static ActivityEntry Lost(StoredCluster cluster, StoredOutage outage) =>
        Entry(cluster, outage.Since, outage, "Failed", "Warning", new JsonObject { ["message"] = new JsonObject { ["code"] = StoredOutage.Reason, ["message"] = outage.Error } });

    /// <summary>And one when it is back.</summary>
    public static ActivityEntry Found(StoredCluster cluster, StoredOutage outage, Instant now) =>
        Entry(cluster, now, outage, "Succeeded", "Informational", new JsonObject { ["unreachableSince"] = InstantPattern.General.Format(outage.Since) });

    private static ActivityEntry Entry(StoredCluster cluster, Instant at, StoredOutage outage, string status, string level, JsonObject properties)
    {
        var parts = cluster.Resource.Id.Split('/');
        var outageId = DerivedIds.Correlation($"{cluster.Key}/unreachable/{outage.Since.ToUnixTimeTicks()}");
        return new ActivityEntry
        {
            EventDataId = DerivedIds.Activity(outageId, status),
            At = at,
            SubscriptionId = parts[2].ToLowerInvariant(),
            ResourceGroup = parts[4],
            ResourceId = cluster.Resource.Id,
            OperationName = OperationName,
            Status = status,
            Level = level,
            Caller = Caller,
            CorrelationId = outageId,
            Properties = properties.ToJsonString(),
        };
    }
}
