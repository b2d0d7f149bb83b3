using System.Collections.Immutable;
using Imago.Application.Twins;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>Makes objects of entries. What an object shows is taken down at once, as values; its document is made when somebody reads it.</summary>
internal sealed class TwinObjects(ClusterState state, ObjectLedger ledger)
{
    private static readonly ImmutableDictionary<string, string> NoLabels = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public TwinObject Of(LedgerEntry entry)
    {
        var facts = entry.Facts();
        return entry.Source switch
        {
            SimulatedNode node when entry.Kind == TwinKind.Leases => Lease(facts, node),
            SimulatedNode { IsGuest: true } => new TwinObject(facts.Key, facts.Uid, facts.Version, Stated(facts), () => PlainRendering.Render(facts)),
            SimulatedNode node => Node(facts, node),
            SimulatedPod pod => Pod(facts, pod),
            SimulatedBudget budget => Budget(facts, budget),
            SimulatedWorkload workload => Made(facts, workload.Blueprint, Look(workload)),
            WorkloadBlueprint deployment => Made(facts, deployment, Look(deployment)),
            ToldEvent told when entry.Document is null => new TwinObject(facts.Key, facts.Uid, facts.Version, NoLabels, () => PlainRendering.Event(facts, told)),
            _ when entry.Kind == TwinKind.Namespaces => new TwinObject(
                facts.Key, facts.Uid, facts.Version, Stated(facts).SetItem("kubernetes.io/metadata.name", facts.Key.Name), () => PlainRendering.Namespace(facts)),
            _ => new TwinObject(facts.Key, facts.Uid, facts.Version, Stated(facts), () => PlainRendering.Render(facts)),
        };
    }

    private static TwinObject Node(EntryFacts facts, SimulatedNode node)
    {
        var look = NodeLook.Of(node);
        return new TwinObject(facts.Key, facts.Uid, facts.Version, look.Labels().ToImmutableDictionary(StringComparer.Ordinal), () => NodeRendering.Render(facts, look));
    }

    private TwinObject Lease(EntryFacts facts, SimulatedNode node)
    {
        var (look, now) = (NodeLook.Of(node), state.Time.Now);
        return new TwinObject(facts.Key, facts.Uid, facts.Version, NoLabels, () => NodeRendering.Lease(facts, look, node.Uid, now));
    }

    private TwinObject Pod(EntryFacts facts, SimulatedPod pod)
    {
        var owner = pod.Workload is { } workload ? ledger.Of(workload) : null;
        var written = pod.Workload is { } made && HasPresentTemplate(made, pod) ? owner?.Document.Child("spec").Child("template") : null;
        var look = new PodLook(pod.Observe(), pod.Template, owner?.Uid, written);
        return new TwinObject(facts.Key, facts.Uid, facts.Version, look.Seen.Labels, () => PodRendering.Render(facts, look));
    }

    private static TwinObject Budget(EntryFacts facts, SimulatedBudget budget)
    {
        var (seen, made, failure) = (budget.Observe(), budget.Blueprint, budget.SyncFailure);
        return new TwinObject(facts.Key, facts.Uid, facts.Version, Stated(facts), () => BudgetRendering.Render(facts, seen, made, failure));
    }

    private static TwinObject Made(EntryFacts facts, WorkloadBlueprint made, WorkloadLook look)
    {
        var labels = facts.Document is null && made.Kind == WorkloadKind.ReplicaSet ? made.Template.Labels : Stated(facts);
        return new TwinObject(facts.Key, facts.Uid, facts.Version, labels, () => WorkloadRendering.Render(facts, look));
    }

    private WorkloadLook Look(SimulatedWorkload workload)
    {
        var counted = workload.Pods.Where(p => p.CountsForController).ToList();
        var updated = counted.Where(p => IsUpdated(workload, p)).ToList();
        var above = ledger.Above(workload);
        var wanted = workload.Kind == WorkloadKind.DaemonSet ? state.Nodes.Values.Count(n => WorkloadController.Wants(workload, n)) : above is null ? workload.Replicas : workload.Scaled.Replicas;
        return new WorkloadLook(workload.Blueprint, counted.Count, counted.Count(p => p.Ready), updated.Count, updated.Count(p => p.Ready), wanted, ledger.Revision(workload), above?.Uid);
    }

    private WorkloadLook Look(WorkloadBlueprint deployment)
    {
        var sets = ledger.SetsOf(deployment);
        var newest = sets.MaxBy(ledger.Revision);
        var counted = sets.SelectMany(s => s.Pods).Where(p => p.CountsForController).ToList();
        var updated = counted.Where(p => p.Workload == newest).ToList();
        var revision = newest is null ? 1 : ledger.Revision(newest);
        return new WorkloadLook(deployment, counted.Count, counted.Count(p => p.Ready), updated.Count, updated.Count(p => p.Ready), deployment.Replicas, revision, null);
    }

    private static bool IsUpdated(SimulatedWorkload workload, SimulatedPod pod) => !workload.Rolling
        || workload.Kind == WorkloadKind.ReplicaSet
        || HasPresentTemplate(workload, pod);

    private static bool HasPresentTemplate(SimulatedWorkload workload, SimulatedPod pod) =>
        ReferenceEquals(pod.Template, workload.Kind == WorkloadKind.StatefulSet ? workload.Identities.GetValueOrDefault(pod.Key.Name) : workload.Template);

    private static ImmutableDictionary<string, string> Stated(EntryFacts facts) => facts.Document.Child("metadata").Texts("labels") is var labels && labels.Any()
        ? NoLabels.SetItems(labels)
        : NoLabels;
}
