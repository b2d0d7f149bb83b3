using System.Globalization;
using Imago.Domain.Rollouts.Records;

namespace Imago.Application.Engine.Noting;

/// <summary>What the store knows of a rollout whose record is in the cluster.</summary>
/// <param name="Outline">What of the record is in history; see <see cref="OutlineOf"/>.</param>
/// <param name="Ended">Whether its end is noted.</param>
internal sealed record NotedRollout(string Outline, bool Ended)
{
    /// <summary>
    /// What has to change for history to be written again. A drain changes the record in every pass without telling anybody anything; what people ask history for is how
    /// many nodes are done, under way and failed, and why.
    /// </summary>
    public static string OutlineOf(RolloutRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Phase} {string.Join(',', record.Active.Keys)} {record.Settled.Count} {record.Settled.Values.Count(s => s.Result == NodeResult.Upgraded)} {string.Join(',', record.SurgeNodes.Select(s => $"{s.Key}:{s.Value.Step}"))} {record.CanaryPassedAt is null} {record.Fault?.Code}");
}
