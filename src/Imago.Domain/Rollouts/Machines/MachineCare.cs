using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Machines;

/// <summary>What machines that are patched in place are told outside rollouts.</summary>
/// <param name="Actions">Effects, each idempotent, in the order of nodes' names within pools; in any order with the actions of rollouts, which are about other nodes.</param>
/// <param name="WakeAt">The next instant at which the answer can change by itself; null: only a change matters.</param>
public sealed record MachineCarePlan(ImmutableArray<RolloutAction> Actions, Instant? WakeAt);

/// <summary>
/// Looks after machines that are patched in place and that no rollout works on: who keeps their packages, those that have just joined, and what can be downloaded before the window
/// opens. Nothing of it takes a pod away, so none of it has a record: what was said before stands on the node. Pure and total.
/// </summary>
/// <remarks>Rules: CH-10, CH-17, CH-24, CH-32, CH-33, CH-37, CH-50, NM-18, NM-34.</remarks>
public static class MachineCare
{
    /// <summary>Most nodes of a cluster that download at a time: they share a mirror.</summary>
    public const int MostStaging = 20;

    /// <summary>After what time an agent that holds fixes back, or refuses a level, is asked again.</summary>
    public static readonly Duration AskAgainAfter = Duration.FromHours(24);

    private static readonly InstantPattern Suffix = InstantPattern.CreateWithInvariantCulture("uuuuMMdd't'HHmm");

    /// <summary>What to tell the machines of a cluster now.</summary>
    public static MachineCarePlan Decide(ClusterInput input)
    {
        var pass = new Pass(input);
        if (input.Spec.Running)
        {
            pass.Decide();
        }

        return new MachineCarePlan(pass.Actions.ToImmutable(), pass.WakeAt);
    }

    private sealed class Pass(ClusterInput input)
    {
        private int _staging;

        public ImmutableArray<RolloutAction>.Builder Actions { get; } = ImmutableArray.CreateBuilder<RolloutAction>();

        public Instant? WakeAt { get; private set; }

        public void Decide()
        {
            var pools = input.Spec.Pools.Where(p => p.Provider.InPlace).ToList();
            _staging = pools.Sum(p => input.View.NodesOf(p.Name).Values.Count(IsStaging));
            foreach (var pool in pools)
            {
                var record = input.Records.GetValueOrDefault(pool.Name) is { Ended: false } running ? running : null;
                var target = record?.Target ?? TargetChooser.For(input, pool).Target;

                // CH-13: a reboot brings nothing that could be downloaded, or that a newcomer would have to wait for.
                target = target is RolloutTarget.Reboot ? null : target;
                foreach (var node in input.View.NodesOf(pool.Name).Values.OrderBy(n => n.Name, StringComparer.Ordinal))
                {
                    // What is under way is its rollout's.
                    if (record?.Active.ContainsKey(node.Name) != true)
                    {
                        Look(pool, node, target);
                    }
                }
            }
        }

        private void Look(PoolSpec pool, Node node, RolloutTarget? target)
        {
            var update = node.NotPatchedYet ? Newcomer(pool, node, target)
                : target is not null && MayStage(pool) ? Staging(pool, node, target)
                : TakeBack(node);
            if (node.Order is { GivenAt: { } given } && AgentAnswers.ToOrderOf(node) is null)
            {
                Wake(given + InPlaceOperations.Patience);
            }

            update = Updater(pool, node) is { } updater ? update with { Updater = updater } : update;
            if (update != new NodeUpdate())
            {
                Actions.Add(new RolloutAction.UpdateNode(node.Name, node.ResourceVersion, update));
            }
        }

        /// <summary>Who is to keep the node's packages, if it is told otherwise by now.</summary>
        private OsUpdater? Updater(PoolSpec pool, Node node)
        {
            OsUpdater? wanted = input.Spec.Channel switch
            {
                // CH-17, CH-24, NM-18: on in Unmanaged only.
                NodeOsChannel.SecurityPatch or NodeOsChannel.NodeImage => OsUpdater.Imago,
                NodeOsChannel.Unmanaged => OsUpdater.Distribution,

                // CH-10: hands off; what the machine was told last stays.
                _ => null,
            };
            return wanted != node.Updater && ChannelSupport.For(input.Spec.Channel, pool.Os).Level == SupportLevel.Supported ? wanted : null;
        }

        /// <summary>CH-37: a node that has joined is brought to the level before it takes work. Nothing runs on it, so it waits neither for a window nor for its turn.</summary>
        private NodeUpdate Newcomer(PoolSpec pool, Node node, RolloutTarget? target)
        {
            // Where nobody says what a node has to reach, none is kept from work for it.
            if (target is null)
            {
                return LetIn(node);
            }

            // CH-50: a channel change is answered before anything else is decided by it.
            if (target is RolloutTarget.Reimage)
            {
                return new NodeUpdate();
            }

            switch (TargetJudge.Assess(node with { NotPatchedYet = false }, target, input.Catalog, pool, input.Now))
            {
                // NM-34: fixes that are held back stay so however long the node waits.
                case NodeNeed.Nothing or NodeNeed.NotTaken { Why.Code: ReasonCode.NewerThanTarget or ReasonCode.FixesHeld or ReasonCode.AutoProvisioned }:
                    return LetIn(node);
                case NodeNeed.Work work:
                    // The image label says what was done while nothing ran on the node, whatever its verdict (IM-5).
                    var whole = work.Level is { } level ? work with { Image = node.Image.WithPatch(level.Date).Text } : work;
                    var order = MachineOrders.Drained(input, $"{pool.Name}/{node.Name}/Join/{target.Name}", node, whole);
                    return order is null || Works(node) ? new NodeUpdate() : node.Order?.Id != order.Id ? Give(node, order) : Renew(node, order);
                default:
                    return new NodeUpdate();
            }
        }

        /// <summary>CH-31: no work comes to a machine whose agent may still restart it: the order is taken back first, and the agent has to know.</summary>
        private NodeUpdate LetIn(Node node)
        {
            if (node.Order is { Mode: OrderMode.Drained } && !AgentAnswers.IsFree(node))
            {
                return Works(node) ? new NodeUpdate() : new NodeUpdate { Order = MachineOrders.TakenBack(input, node) };
            }

            var owed = MachineOrders.IsTakenBack(node.Order) && AgentAnswers.ToOrderOf(node) is null && !AgentAnswers.IsSilent(node, input.Now);
            return owed ? new NodeUpdate() : new NodeUpdate { RemoveNotPatchedTaint = true };
        }

        // UP-153: a pause holds this, too, although it disturbs nobody; and nothing is fetched for an upgrade that will not come (CH-87).
        private bool MayStage(PoolSpec pool) =>
            input.Spec.Channel.IsManaged() && StartGate.PausedBy(input.Spec, pool) is null && SupportRules.AutomaticWorkAllowed(input.Spec.Support, input.Spec.Attached);

        /// <summary>Has a node plan and download what it will be worked on for, so that the window holds only the work itself, and whether it restarts is known by then (CH-33).</summary>
        private NodeUpdate Staging(PoolSpec pool, Node node, RolloutTarget target)
        {
            var need = TargetJudge.Assess(node, target, input.Catalog, pool, input.Now);
            if (node.Agent is not { } report || TargetJudge.ByImage(node, target, input.Catalog) is not NodeNeed.Work work)
            {
                return TakeBack(node);
            }

            var id = $"{pool.Name}/{node.Name}/Stage/{target.Name}";
            if (need is NodeNeed.NotTaken { Why.Code: ReasonCode.FixesHeld or ReasonCode.AgentRefused })
            {
                // What was held or refused may not be any more; only the agent can tell. Its order says since when that stands; the agent's clock is not ours.
                var due = (node.Order?.GivenAt ?? report.At) + AskAgainAfter;
                if (input.Now < due)
                {
                    Wake(due);
                    return new NodeUpdate();
                }

                id = $"{id}/{Suffix.Format(input.Now)}";
            }
            else if (!GivenUp(node) && (need is not NodeNeed.Work || IsStaged(node, target) || IsAsked(node, id)))
            {
                // An order that was taken back is staged, too, and may wait for an edition that is gone.
                return (IsAsked(node, id) || MachineOrders.IsTakenBack(node.Order)) && MachineOrders.Stage(input, node.Order!.Id, node, work) is { } again ? Renew(node, again) : new NodeUpdate();
            }

            // Orders to drained nodes are left to whoever gave them.
            var free = AgentAnswers.IsFree(node) || node.Order is { Mode: OrderMode.Stage } || GivenUp(node);
            if (!free || _staging >= MostStaging || MachineOrders.Stage(input, id, node, work) is not { } order)
            {
                return TakeBack(node);
            }

            _staging++;
            Wake(input.Now + InPlaceOperations.Patience);
            // An agent that has not taken the order before owes an answer since then.
            var owed = GivenUp(node) && AgentAnswers.ToOrderOf(node) is null ? node.Order!.GivenAt : null;
            return new NodeUpdate { Order = owed is null ? order : order with { GivenAt = owed } };
        }

        private bool IsStaged(Node node, RolloutTarget target) =>
            node.Agent?.Planned is { } plan && plan.Level == TargetJudge.LevelOf(target, input.Catalog) && plan.Content == (target is RolloutTarget.Patch ? OrderContent.Security : OrderContent.Everything);

        // Whatever was chosen since: nobody wants an order carried out that its rollout gave up, and nobody is disturbed by one that is taken back.
        private NodeUpdate TakeBack(Node node) => GivenUp(node) ? new NodeUpdate { Order = MachineOrders.TakenBack(input, node) } : new NodeUpdate();

        // NM-48: the same order, with the archive as it is signed now.
        private static NodeUpdate Renew(Node node, NodeOrder asked) =>
            InPlaceOperations.Renewed(node.Order!, asked, node.Agent) is { } renewed ? new NodeUpdate { Order = renewed } : new NodeUpdate();

        // CH-32: a live order that its rollout gave up may not be carried out at any odd hour: staging takes its place.
        private static bool GivenUp(Node node) => node.Order is { Mode: OrderMode.Live } && !AgentAnswers.IsFree(node) && !Works(node);

        // A day later it is asked again under another name, which is as good.
        private static bool IsAsked(Node node, string id) => node.Order is { Mode: OrderMode.Stage } order && order.Id.StartsWith(id, StringComparison.Ordinal);

        private bool IsStaging(Node node) => node.Order is { Mode: OrderMode.Stage } && !AgentAnswers.IsFree(node) && !AgentAnswers.IsSilent(node, input.Now);

        private static bool Works(Node node) => AgentAnswers.ToOrderOf(node) is { Phase: AgentPhase.Applying or AgentPhase.Rebooting };

        private NodeUpdate Give(Node node, NodeOrder order)
        {
            Wake(input.Now + InPlaceOperations.Patience);
            return InPlaceOperations.Giving(node, order);
        }

        private void Wake(Instant at)
        {
            if (at > input.Now && (WakeAt is not { } present || at < present))
            {
                WakeAt = at;
            }
        }
    }
}
