using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Events;

/// <summary>
/// What a new version of a rollout record says that the one before did not, as lines of a story. A pass may move a node over several steps at once; each of them is told,
/// in the order in which they are gone through.
/// </summary>
/// <remarks>Rules: UP-130…UP-136.</remarks>
public static class RolloutEvents
{
    /// <summary>The lines between two versions of a pool's record, by node and, for each node, in order.</summary>
    /// <param name="before">The record before; null when there was none. A record of another rollout counts as none.</param>
    /// <param name="after">The record now.</param>
    public static ImmutableArray<ClusterEvent> Between(RolloutRecord? before, RolloutRecord after)
    {
        var known = before is not null && string.Equals(before.Id, after.Id, StringComparison.Ordinal) ? before : null;
        if (known is not null && ReferenceEquals(known.Active, after.Active) && ReferenceEquals(known.Settled, after.Settled)
            && ReferenceEquals(known.SurgeNodes, after.SurgeNodes) && known.Fault == after.Fault && known.CapacityFaults.Length == after.CapacityFaults.Length)
        {
            return [];
        }

        var story = new Story(after.Id);
        TellSurge(story, known, after);
        TellNodes(story, known, after);
        TellFaults(story, known, after);
        return story.Lines;
    }

    private static void TellSurge(Story story, RolloutRecord? known, RolloutRecord after)
    {
        // Without a record of the same rollout the surge nodes are those of the last one, and what became of them is told already.
        if (known is null)
        {
            return;
        }

        foreach (var (name, was) in known.SurgeNodes)
        {
            var now = after.SurgeNodes.GetValueOrDefault(name);
            if (was.Step == SurgeStep.Creating && now is { Step: not (SurgeStep.Creating or SurgeStep.Deleting) })
            {
                // UP-130: told when it is there, not when it is asked for.
                story.Tell(name, "Surge", "created", was.NamedAt, $"Created a surge node [{name} {after.Pool}] for agentpool {after.Pool}");
            }

            if (was.Step != SurgeStep.Draining && now?.Step == SurgeStep.Draining)
            {
                story.Tell(name, "Drain", "drain", now.Since, $"Draining node: {name}");
            }

            if (now is null && was.Step is SurgeStep.Draining or SurgeStep.Deleting)
            {
                // UP-134: the text is ours, the reason AKS's.
                story.Tell(name, "Delete", "deleted", was.NamedAt, $"Deleted surge node {name}");
            }
        }
    }

    private static void TellNodes(Story story, RolloutRecord? known, RolloutRecord after)
    {
        foreach (var (name, now) in after.Active)
        {
            TellSteps(story, name, known?.Active.GetValueOrDefault(name), now, after);
        }

        foreach (var (name, outcome) in NewlySettled(known, after))
        {
            // A node that was lost and came back: its steps are told already.
            var wasSettled = known?.Settled.ContainsKey(name) == true;
            TellOutcome(story, name, known?.Active.GetValueOrDefault(name), wasSettled, outcome, after);
        }
    }

    private static void TellSteps(Story story, string name, NodeProgress? before, NodeProgress now, RolloutRecord record)
    {
        if (now.Work != NodeWork.Reimage)
        {
            return;
        }

        // A node that was given up went from its drain straight there: nothing in between was done to it. One that is handed back as it was got as far as being asked.
        var was = before is { } known && known.StartedAt == now.StartedAt ? known.Step : (NodeStep?)null;
        var step = now.Step switch
        {
            NodeStep.GivingUp => NodeStep.Draining,
            NodeStep.Releasing when now.Fault is not null => NodeStep.Replacing,
            var reached => reached,
        };
        TellReached(story, name, now.StartedAt, was, step, record, IsMachine(now.From, now.To));
    }

    private static void TellOutcome(Story story, string name, NodeProgress? before, bool wasSettled, NodeOutcome outcome, RolloutRecord record)
    {
        var was = before is { } known && known.StartedAt == outcome.StartedAt ? known.Step : (NodeStep?)null;
        if (outcome is { Result: NodeResult.Partial, Work: NodeWork.Reimage } && !wasSettled)
        {
            var held = string.Equals(outcome.Fault?.Code, nameof(ReasonCode.FixesHeld), StringComparison.Ordinal);
            TellReached(story, name, outcome.StartedAt, was, held ? NodeStep.Releasing : NodeStep.Replacing, record, IsMachine(outcome.From, record.Target.Name));
        }

        if (outcome.Result == NodeResult.Upgraded)
        {
            if (outcome.Work == NodeWork.Reimage && !wasSettled)
            {
                TellReached(story, name, outcome.StartedAt, was, NodeStep.Releasing, record, IsMachine(outcome.From, record.Target.Name));
            }

            var (why, done) = record.Target is RolloutTarget.Reboot ? ("Reboot", "rebooted") : ("Upgrade", "upgraded");
            story.Tell(name, why, "upgraded", outcome.StartedAt, $"Successfully {done} node: {name}");
            return;
        }

        // UP-135: what went wrong, in the words of the record.
        var reason = outcome.Result is NodeResult.Blocked or NodeResult.Quarantined ? "Drain" : record.Target is RolloutTarget.Reboot ? "Reboot" : "Upgrade";
        var text = outcome.Fault?.Message ?? (outcome.Result == NodeResult.Gone ? $"Node '{name}' is gone; nobody of the upgrade removed it." : $"Node '{name}' was not upgraded: {outcome.Result}.");
        story.Warn(name, reason, $"failed:{outcome.Result}", outcome.StartedAt, text);
    }

    // The steps of a reimage come in this order, as numbers, too; null is before the first.
    private static void TellReached(Story story, string name, Instant started, NodeStep? was, NodeStep now, RolloutRecord record, bool inPlace)
    {
        var reboots = record.Target is RolloutTarget.Reboot;
        var soak = record.Settings.NodeSoak;
        if (was is null)
        {
            // UP-131
            story.Tell(name, "Drain", "drain", started, $"Draining node: {name}");
        }

        if (Passed(was, now, NodeStep.Soaking) && soak > Duration.Zero)
        {
            // UP-132
            story.Tell(name, "Upgrade", "soak", started, $"Soak duration {Format(soak)} after draining node: {name}");
        }

        if (Passed(was, now, NodeStep.Replacing))
        {
            // UP-133; a machine that is patched in place stays what it is, as does one that is rebooted (CH-13).
            var what = reboots ? $"Rebooting node: {name}" : inPlace ? $"Patching node {name} in place" : $"Deleting node {name} from API server";
            story.Tell(name, reboots ? "Reboot" : "Upgrade", "replace", started, what);
        }

        if (Passed(was, now, NodeStep.Verifying) && !reboots)
        {
            story.Tell(name, "Upgrade", "reimaged", started, $"Successfully {(inPlace ? "patched" : "reimaged")} node: {name}");
        }
    }

    private static bool IsMachine(string from, string to) => NodeImage.Parse(from).Family is { IsOfMachines: true } || NodeImage.Parse(to).Family is { IsOfMachines: true };

    private static bool Passed(NodeStep? was, NodeStep now, NodeStep step) => (was is null || was < step) && now >= step;

    private static void TellFaults(Story story, RolloutRecord? known, RolloutRecord after)
    {
        var faults = after.CapacityFaults.Skip(known?.CapacityFaults.Length ?? 0);
        if (after.Fault is { } fault && known?.Fault is null)
        {
            faults = faults.Append(fault);
        }

        // UP-135: faults of nodes that are finished with are told with their outcome; what is left is about surge nodes.
        foreach (var told in faults)
        {
            if (told.Node is { } node && !after.Settled.ContainsKey(node) && !after.Active.ContainsKey(node))
            {
                story.Warn(node, "Upgrade", $"fault:{told.Code}", told.At, told.Message);
            }
        }
    }

    // Almost every node that is settled now was active before; only where something went wrong may lost nodes have come back, which needs a look at all.
    private static IEnumerable<KeyValuePair<string, NodeOutcome>> NewlySettled(RolloutRecord? known, RolloutRecord after)
    {
        if (known is null)
        {
            return after.Settled;
        }

        if (ReferenceEquals(known.Settled, after.Settled))
        {
            return [];
        }

        var usual = known.Active.Keys.Where(name => !after.Active.ContainsKey(name) && after.Settled.ContainsKey(name) && !known.Settled.ContainsKey(name)).ToList();
        return known.Fault is null && known.Settled.Count + usual.Count == after.Settled.Count
            ? usual.Select(name => KeyValuePair.Create(name, after.Settled[name]))
            : after.Settled.Where(s => !(known.Settled.TryGetValue(s.Key, out var was) && was.Result == s.Value.Result));
    }

    // As the service's own samples write a duration: 5m0s, 1h0m0s.
    private static string Format(Duration duration) => duration.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours}h{duration.Minutes}m{duration.Seconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds}s");

    private sealed class Story(string rollout)
    {
        private readonly ImmutableArray<ClusterEvent>.Builder _lines = ImmutableArray.CreateBuilder<ClusterEvent>();

        public ImmutableArray<ClusterEvent> Lines => _lines.ToImmutable();

        public void Tell(string node, string reason, string step, Instant at, string message) => Add(node, reason, step, at, isWarning: false, message);

        public void Warn(string node, string reason, string step, Instant at, string message) => Add(node, reason, step, at, isWarning: true, message);

        // UP-136: the same line is the same event, whoever tells it and however often. A node that is drained a second time in one rollout starts at another instant.
        private void Add(string node, string reason, string step, Instant at, bool isWarning, string message)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"{rollout}/{node}/{step}/{at.ToUnixTimeTicks()}");
            _lines.Add(new ClusterEvent($"{node}.{StableHash.Of(what):x8}{StableHash.Of(step):x8}", node, reason, isWarning, message));
        }
    }
}
