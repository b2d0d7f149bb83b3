using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Nodes, by their kinds and in the order in which they joined: a large cluster's scheduler goes through them in this order.</summary>
internal static class NodePicture
{
    public static void Write(PictureWriter to, Scheduler scheduler)
    {
        to.Number(scheduler.Position);
        to.List(scheduler.Shapes, shape =>
        {
            to.Map(shape.Labels);
            to.List<Taint>(shape.Taints, t => TemplatePicture.Write(to, t));
            to.List(shape.Nodes, node => Write(to, node, shape));
        });
    }

    public static void Read(PictureReader from, SimulatedWorld world)
    {
        world.Scheduler.Position = from.Count();
        from.List(() =>
        {
            var shape = new NodeShape(from.SortedMap(), from.List(() => TemplatePicture.ReadTaint(from)));
            world.Scheduler.Restore(shape);
            foreach (var node in from.List(() => ReadNode(from, shape)))
            {
                world.State.Nodes[node.Name] = node;
                world.Scheduler.Add(node);
            }

            return shape;
        });
    }

    private static void Write(PictureWriter to, SimulatedNode node, NodeShape shape)
    {
        var made = node.Blueprint;
        to.Text(made.Name);
        to.Text(made.Uid);
        to.Text(made.Pool);
        to.Text(made.PoolSource);
        to.Text(made.Zone);
        to.Text(made.Image);
        to.Text(made.KubeletVersion);
        to.Map(made.Labels.Where(l => !shape.Labels.ContainsKey(l.Key)));
        to.Map(made.Annotations);
        TemplatePicture.Write(to, made.Allocatable);
        to.Time(made.CreatedAt);
        to.Flags(made.Managed, made.AutoProvisioned, made.Ready, made.UnderPressure, made.Unschedulable, made.RebootPending);
        to.Text(node.Uid);
        to.Text(node.Image);
        to.Number(node.Outages);
        to.Number(node.Version);
        to.Time(node.CreatedAt);
        to.Maybe<PatchLevel>(node.DesiredLevel, l => to.Time(l.Moment));
        to.Maybe<PatchLevel>(node.ReachedLevel, l => to.Time(l.Moment));
        to.Maybe<Instant>(node.VolumesDetachedAt == Instant.MinValue ? null : node.VolumesDetachedAt, to.Time);
        to.Flags(
            node.IsSurge, node.IsUp, node.Ready, node.UnderPressure, node.Unschedulable, node.SteeredAway, node.ScaleDownDisabled, node.Quarantined, node.RebootPending, node.Edited,
            node.IsGuest, node.Boots > 0, HasAgentFacts(node));
        to.Text(node.Mark?.Rollout);
        if (node.Mark is { } mark)
        {
            to.Text(mark.Reason);
            to.Time(mark.Since);
            to.Flag(mark.WasUnschedulable);
        }

        if (node.IsGuest)
        {
            to.Maybe(node.HeardAt, to.Time);
        }

        if (node.Boots > 0)
        {
            to.Number(node.Boots);
        }

        if (HasAgentFacts(node))
        {
            // As they stand on a Node object.
            to.Text(node.Agent is { } report ? ReportText.Write(report) : null);
            to.Text(node.Order is { } order ? OrderText.Write(order) : null);
            to.Text(node.Updater is { } updater ? NodeOsWords.Of(updater) : null);
            to.Flag(node.NotPatchedYet);
        }
    }

    /// <summary>Whether the node is, or was, in the hands of an agent.</summary>
    public static bool HasAgentFacts(SimulatedNode node) => node.Agent is not null || node.Order is not null || node.Updater is not null || node.NotPatchedYet;

    private static SimulatedNode ReadNode(PictureReader from, NodeShape shape)
    {
        var blueprint = ReadBlueprint(from, shape);
        var (uid, image) = (from.Text(), from.Text());
        var (outages, version, createdAt) = (from.Count(), from.Number(), from.Time());
        var desired = from.Maybe(from.Time);
        var reached = from.Maybe(from.Time);
        var detachedAt = from.Maybe(from.Time);
        var flag = from.Flags();
        return new SimulatedNode(blueprint, uid, shape, isSurge: flag(0))
        {
            Image = image,
            Outages = outages,
            Version = version,
            CreatedAt = createdAt,
            DesiredLevel = desired is { } ordered ? new PatchLevel(ordered) : null,
            ReachedLevel = reached is { } level ? new PatchLevel(level) : null,
            VolumesDetachedAt = detachedAt ?? Instant.MinValue,
            IsUp = flag(1),
            Ready = flag(2),
            UnderPressure = flag(3),
            Unschedulable = flag(4),
            SteeredAway = flag(5),
            ScaleDownDisabled = flag(6),
            Quarantined = flag(7),
            RebootPending = flag(8),
            Edited = flag(9),
            Mark = from.MaybeText() is { } rollout ? new CordonMark(rollout, from.Text(), from.Time(), from.Flag()) : null,
            IsGuest = flag(10),
            HeardAt = flag(10) ? from.Maybe(from.Time) : null,
            Boots = flag(11) ? from.Count() : 0,
            Agent = flag(12) ? ReportText.Read(from.MaybeText()) : null,
            Order = flag(12) && from.MaybeText() is { } order ? OrderText.Read(order, out _) : null,
            Updater = flag(12) ? NodeOsWords.Updater(from.MaybeText()) : null,
            NotPatchedYet = flag(12) && from.Flag(),
        };
    }

    private static NodeBlueprint ReadBlueprint(PictureReader from, NodeShape shape)
    {
        var made = new NodeBlueprint
        {
            Name = from.Text(),
            Uid = from.Text(),
            Pool = from.Text(),
            PoolSource = from.Text(),
            Zone = from.MaybeText(),
            Image = from.Text(),
            KubeletVersion = from.MaybeText(),
            Labels = shape.Labels.AddRange(from.Map()),
            Annotations = from.SortedMap(),
            Taints = shape.Taints,
            Allocatable = TemplatePicture.ReadResources(from),
            CreatedAt = from.Time(),
        };
        var flag = from.Flags();
        return made with { Managed = flag(0), AutoProvisioned = flag(1), Ready = flag(2), UnderPressure = flag(3), Unschedulable = flag(4), RebootPending = flag(5) };
    }
}
