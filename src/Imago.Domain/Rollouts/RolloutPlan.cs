using System.Collections.Immutable;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts;

/// <summary>
/// What to do next about one pool's rollout. When the record differs from the one decided about, there is more to decide once it is stored: decide again.
/// </summary>
/// <param name="Record">The record as it must be persisted before any action is carried out.</param>
/// <param name="Actions">Effects, in the order in which to carry them out.</param>
/// <param name="Holds">Why nothing more is started, most important first; empty when nothing is held back.</param>
/// <param name="WakeAt">The next instant at which anything can change by itself; null: only a change of the cluster matters.</param>
public sealed record RolloutPlan(RolloutRecord Record, ImmutableArray<RolloutAction> Actions, ImmutableArray<Reason> Holds, Instant? WakeAt);

/// <summary>Whether and what to start for a cluster.</summary>
/// <param name="Start">The rollout to begin, or null.</param>
/// <param name="Holds">Per pool that is not started, why, most important first.</param>
/// <param name="Conditions">Standing remarks about the cluster, for example that its Kubernetes minor is unsupported.</param>
/// <param name="WakeAt">The next instant at which the answer can change by itself; null: only a change matters.</param>
public sealed record ClusterPlan(
    RolloutRecord? Start,
    ImmutableSortedDictionary<string, ImmutableArray<Reason>> Holds,
    ImmutableArray<Reason> Conditions,
    Instant? WakeAt);
