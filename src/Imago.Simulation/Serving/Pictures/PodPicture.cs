using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Budgets, controllers and pods. Pods come node by node in the order in which they were bound, then those that wait, then the rest.</summary>
internal static class PodPicture
{
    public static void Write(PictureWriter to, SimulatedWorld world)
    {
        to.List(world.State.Budgets.Values, b => Write(to, b));
        to.List(world.State.Workloads, w => to.Once(w, x => Write(to, x)));
        foreach (var node in world.State.Nodes.Values)
        {
            to.List(node.Pods, p => Write(to, p));
        }

        var waiting = world.Pods.Waiting.ToHashSet();
        to.List([.. world.Pods.Waiting], p => Write(to, p));
        to.List([.. world.State.Pods.Values.Where(p => p.Node is null && !waiting.Contains(p)).OrderBy(p => p.Key)], p => Write(to, p));
    }

    public static void Read(PictureReader from, SimulatedWorld world)
    {
        from.List(() => ReadBudget(from, world));
        world.State.Workloads.AddRange(from.List(() => from.Once(() => ReadWorkload(from))!));
        foreach (var node in world.State.Nodes.Values)
        {
            foreach (var pod in from.List(() => ReadPod(from)))
            {
                pod.Node = node;
                world.Pods.Restore(pod, waits: false);
            }
        }

        foreach (var pod in from.List(() => ReadPod(from)))
        {
            world.Pods.Restore(pod, waits: true);
        }

        foreach (var pod in from.List(() => ReadPod(from)))
        {
            world.Pods.Restore(pod, waits: false);
        }

        world.Workloads.Resume();
        world.Rolling.Resume();
    }

    private static void Write(PictureWriter to, SimulatedBudget budget)
    {
        Write(to, budget.Key);
        TemplatePicture.Write(to, budget.Blueprint.Selector);
        to.Maybe(budget.Blueprint.MinAvailable, n => Write(to, n));
        to.Maybe(budget.Blueprint.MaxUnavailable, n => Write(to, n));
        to.Number((int)budget.Blueprint.UnhealthyPodEviction);
        to.Number(budget.DisruptionsAllowed);
        to.Number(budget.CurrentHealthy);
        to.Number(budget.DesiredHealthy);
        to.Number(budget.ExpectedPods);
        to.Text(budget.SyncFailure);
    }

    private static SimulatedBudget ReadBudget(PictureReader from, SimulatedWorld world)
    {
        var blueprint = new BudgetBlueprint
        {
            Key = ReadKey(from),
            Selector = TemplatePicture.ReadSelector(from),
            MinAvailable = from.Maybe(() => ReadAmount(from)),
            MaxUnavailable = from.Maybe(() => ReadAmount(from)),
            UnhealthyPodEviction = (UnhealthyPodEvictionPolicy)from.Count(),
        };
        world.Budgets.Add(blueprint);
        var budget = world.State.Budgets[blueprint.Key];
        budget.Restore(from.Count(), from.Count(), from.Count(), from.Count(), from.MaybeText());
        return budget;
    }

    private static void Write(PictureWriter to, SimulatedWorkload workload)
    {
        to.Once(workload.Blueprint, b => Write(to, b));
        to.Once(workload.Scaled, b => Write(to, b));
        to.Number(workload.Created);
        to.Flags(workload.Rolling, workload.Deleted);
        to.List(workload.Identities, pair =>
        {
            to.Text(pair.Key);
            to.Once(pair.Value, t => TemplatePicture.Write(to, t));
        });
    }

    private static SimulatedWorkload ReadWorkload(PictureReader from)
    {
        var blueprint = from.Once(() => ReadBlueprint(from))!;
        var workload = new SimulatedWorkload(blueprint) { Scaled = from.Once(() => ReadBlueprint(from))!, Created = from.Count() };
        if (from.Version > 1)
        {
            var flag = from.Flags();
            (workload.Rolling, workload.Deleted) = (flag(0), flag(1));
        }

        foreach (var (name, template) in from.List(() => (from.Text(), from.Once(() => TemplatePicture.Read(from))!)))
        {
            workload.Identities[name] = template;
        }

        return workload;
    }

    private static void Write(PictureWriter to, WorkloadBlueprint blueprint)
    {
        to.Number((int)blueprint.Kind);
        to.Once(blueprint.Ref, r => Write(to, r));
        to.Text(blueprint.Namespace);
        to.Once(blueprint.Parent, p => Write(to, p));
        to.Number(blueprint.Replicas);
        to.Once(blueprint.Template, t => TemplatePicture.Write(to, t));
        TemplatePicture.Write(to, blueprint.Selector);
    }

    private static WorkloadBlueprint ReadBlueprint(PictureReader from) => new()
    {
        Kind = (WorkloadKind)from.Count(),
        Ref = from.Once(() => ReadRef(from))!,
        Namespace = from.Text(),
        Parent = from.Once(() => ReadRef(from)),
        Replicas = from.Count(),
        Template = from.Once(() => TemplatePicture.Read(from))!,
        Selector = TemplatePicture.ReadSelector(from),
    };

    private static void Write(PictureWriter to, SimulatedPod pod)
    {
        Write(to, pod.Key);
        to.Text(pod.Uid);
        to.Once(pod.Template, t => TemplatePicture.Write(to, t));
        to.Once(pod.Workload, w => Write(to, w));
        to.Once(pod.Owner, o => Write(to, o));
        to.Number((int)pod.Phase);
        to.Flags(pod.Ready, pod.Terminating, pod.Mirror, pod.Stuck);
        to.Maybe(pod.GraceAsked, to.Span);
    }

    private static SimulatedPod ReadPod(PictureReader from)
    {
        var (key, uid) = (ReadKey(from), from.Text());
        var template = from.Once(() => TemplatePicture.Read(from))!;
        var workload = from.Once(() => ReadWorkload(from));
        var owner = from.Once(() => ReadRef(from));
        var phase = (PodPhase)from.Count();
        var flag = from.Flags();
        return new SimulatedPod(key, uid, template, workload, owner)
        {
            Phase = phase,
            Ready = flag(0),
            Terminating = flag(1),
            Mirror = flag(2),
            Stuck = flag(3),
            GraceAsked = from.Version > 1 ? from.Maybe(from.Span) : null,
        };
    }

    private static void Write(PictureWriter to, ObjectKey key)
    {
        to.Text(key.Namespace);
        to.Text(key.Name);
    }

    private static ObjectKey ReadKey(PictureReader from) => new(from.Text(), from.Text());

    private static void Write(PictureWriter to, WorkloadRef reference)
    {
        to.Text(reference.Kind);
        to.Text(reference.Name);
    }

    private static WorkloadRef ReadRef(PictureReader from) => new(from.Text(), from.Text());

    private static void Write(PictureWriter to, IntOrPercent amount)
    {
        to.Number(amount.Value);
        to.Flag(amount.IsPercent);
    }

    private static IntOrPercent ReadAmount(PictureReader from) => new(from.Count(), from.Flag());
}
