using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariants 1, 2, 3, 7, 10 and 11 as far as they are about what a record begins: rollouts and nodes start only when they may, no more of them than may, to
/// targets that were on offer.
/// </summary>
internal sealed class StartRule(Truth truth)
{
    public void Stored(RolloutRecord? before, RolloutRecord after)
    {
        var known = before is not null && string.Equals(before.Id, after.Id, StringComparison.Ordinal) ? before : null;
        if (known is null)
        {
            Began(after);
        }

        var started = after.Active.Where(a => known?.Active.ContainsKey(a.Key) != true).ToList();
        foreach (var (name, progress) in started)
        {
            NodeStarted(known ?? after, after, name, progress);
        }

        if (started.Count > 0)
        {
            Concurrency(after, started.Exists(s => s.Value.Work == NodeWork.Reimage));
        }
    }

    private Duration Tolerance => truth.Scenario.Faults.Tolerance;

    private IEnumerable<ClusterSpec> Asked => truth.Intent.Since(truth.Now - Tolerance);

    private void Began(RolloutRecord record)
    {
        if (!truth.CouldBeNow(record.StartedAt, Tolerance))
        {
            truth.Violated(1, $"rollout {record.Id} claims to have started at {record.StartedAt}");
        }

        if (!Asked.Any(s => PlainCalendar.IsOpen(s, record.StartedAt)))
        {
            truth.Violated(1, $"rollout {record.Id} started outside a window");
        }

        if (!Asked.Any(s => s.Pools.Any(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal) && s.Pause is null && p.Pause is null && s.Running)))
        {
            truth.Violated(1, $"rollout {record.Id} started although paused, stopped or not asked for");
        }

        if (record.Forced && !Asked.Any(s => PoolOf(s, record.Pool)?.Settings.Override is { ForceUpgrade: true, Until: { } until } && record.StartedAt < until))
        {
            truth.Violated(3, $"rollout {record.Id} is forced, which nobody asked for");
        }

        if (!IsOnOffer(record))
        {
            truth.Violated(7, $"rollout {record.Id} goes to {record.Target.Name}, which is not on offer");
        }
    }

    private void NodeStarted(RolloutRecord before, RolloutRecord record, string name, NodeProgress progress)
    {
        if (!truth.CouldBeNow(progress.StartedAt, Tolerance))
        {
            truth.Violated(1, $"node {name} claims to have been started at {progress.StartedAt}");
        }

        // MW-54: a pool begun in a window is finished with FinishPool. Nothing else starts outside.
        if (!Asked.Any(s => PlainCalendar.IsOpen(s, progress.StartedAt)) && record.Settings.WindowClose != WindowClose.FinishPool)
        {
            truth.Violated(1, $"node {name} was started outside a window");
        }

        if (!Asked.Any(s => s.Pause is null && s.Running && s.Pools.FirstOrDefault(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal))?.Pause is null))
        {
            truth.Violated(1, $"node {name} was started although paused or stopped");
        }

        if (before.Phase != RolloutPhase.Running)
        {
            truth.Violated(11, $"node {name} was started by rollout {record.Id}, which is {before.Phase}");
        }

        if (record.Target is RolloutTarget.Image(var image) && Withdrawn(image, progress.StartedAt))
        {
            truth.Violated(7, $"node {name} was started to {image}, which had been withdrawn");
        }
    }

    private void Concurrency(RolloutRecord record, bool reimages)
    {
        var size = truth.Originals.Values.Count(n => string.Equals(n.Pool, record.Pool, StringComparison.Ordinal));
        var pools = AskedAtStart(record).ToList();
        if (!pools.Exists(p => Equals(p.Settings, record.Settings)))
        {
            truth.Violated(2, $"rollout {record.Id} has settings that nobody asked for");
        }

        var down = record.Active.Count(a => a.Value.Work == NodeWork.Reimage);
        var most = record.Target is RolloutTarget.Reboot ? pools.Max(p => PlainLimits.MostRebooting(p, record.Settings, size)) : pools.Max(p => Math.Max(PlainLimits.MostSurge(p, record.Settings, size), PlainLimits.MostUnavailable(p, record.Settings, size)));
        if (down > most)
        {
            truth.Violated(2, $"{down} nodes of pool {record.Pool} are being reimaged; at most {most} may");
        }

        // With a surge, the pool serves at its size: every node taken away has a surge node that serves.
        var serving = record.SurgeNodes.Count(s => s.Value.Step == SurgeStep.Serving && truth.View.Nodes.ContainsKey(s.Key));
        if (reimages && record.Surge > 0 && down > serving && truth.Scenario.Faults is { NodesVanish: false })
        {
            truth.Violated(2, $"{down} nodes of pool {record.Pool} are being reimaged with {serving} surge nodes serving");
        }

        // UP-151: the first goes alone.
        if (record.Settings.Canary == Canary.FirstNode && record.CanaryPassedAt is null && record.Active.Count > 1)
        {
            truth.Violated(11, $"{record.Active.Count} nodes of pool {record.Pool} are under way and the canary has not passed");
        }
    }

    // The pool as it was asked for when the rollout began; a clock that was set makes "when" uncertain, so every version since the beginning may be meant.
    private IEnumerable<PoolSpec> AskedAtStart(RolloutRecord record) =>
        truth.Intent.Since(Instant.MinValue).Select(s => PoolOf(s, record.Pool)).OfType<PoolSpec>();

    private static PoolSpec? PoolOf(ClusterSpec spec, string name) => spec.Pools.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    private bool IsOnOffer(RolloutRecord record)
    {
        var family = truth.Scenario.Spec.Pools.First(p => string.Equals(p.Name, record.Pool, StringComparison.Ordinal)).Family!;
        switch (record.Target)
        {
            case RolloutTarget.Image(var image):
                var offered = truth.Scenario.Catalog.ImagesOf(family).Where(r => r.PublishedAt <= record.StartedAt && !Withdrawn(r.Image, record.StartedAt)).ToList();
                return Asked.Any(s => s.Channel == Domain.Channels.NodeOsChannel.NodeImage) && KnownLate(offered, image);
            case RolloutTarget.Patch(var level, _):
                return Asked.Any(s => s.Channel == Domain.Channels.NodeOsChannel.SecurityPatch)
                    && truth.Scenario.Catalog.PatchesOf(family.PatchTrack!).Any(r => r.Level == level && r.PublishedAt <= record.StartedAt);
            case RolloutTarget.Reboot:
                return Asked.Any(s => s.Channel == Domain.Channels.NodeOsChannel.Unmanaged
                    && PoolOf(s, record.Pool) is { Settings.RebootPolicy: RebootPolicy.Coordinated, Provider.CanReboot: true, PinnedBySnapshot: false });
            default:
                return false;
        }
    }

    // A slow pass may know the catalogue of a moment ago, and a clock that is ahead the one of now.
    private bool KnownLate(List<ImageRelease> offered, NodeImage image) =>
        offered.Exists(r => r.Image.Equals(image))
        && (!truth.Scenario.CatalogKnowsTheFuture || Tolerance > Duration.Zero || offered.TrueForAll(r => r.Image.Version <= image.Version));

    private bool Withdrawn(NodeImage image, Instant at)
    {
        var withdrawnAt = truth.Scenario.Catalog.ImagesOf(image.Family!).First(r => r.Image.Equals(image)).WithdrawnAt;
        return withdrawnAt is { } when && when + Tolerance <= at && (truth.Scenario.CatalogKnowsTheFuture || when + Tolerance <= truth.Now);
    }
}
