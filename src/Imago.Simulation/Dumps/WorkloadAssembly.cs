using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Makes the controllers of the blueprint: those of the dump, and those that only their pods tell of.</summary>
internal sealed class WorkloadAssembly(DumpContent content, TemplateResolver resolver, Findings findings)
{
    private readonly Dictionary<WorkloadKey, PodTemplate> _firstPods = [];
    private readonly SortedDictionary<ObjectKey, Dictionary<WorkloadRef, (int Count, PodTemplate Template)>> _inferred = [];

    /// <summary>The controllers, ordered by namespace, kind and name.</summary>
    /// <param name="pods">The pods, final, in the order of their keys, with whether their controller counts them.</param>
    public ImmutableArray<WorkloadBlueprint> Assemble(IEnumerable<(PodBlueprint Pod, bool Counts)> pods)
    {
        foreach (var (pod, counts) in pods)
        {
            if (counts && pod.Owner is { } owner)
            {
                Note(pod, owner);
            }
        }

        return
        [
            .. content.Workloads.InOrder.Where(w => !IsDone(w.Value)).Select(w => Known(w.Key, w.Value))
                .Concat(Inferred())
                .OrderBy(w => w.Namespace, StringComparer.Ordinal)
                .ThenBy(w => w.Ref.Kind, StringComparer.Ordinal)
                .ThenBy(w => w.Ref.Name, StringComparer.Ordinal),
        ];
    }

    // Every Deployment keeps the ReplicaSets of its past, and every CronJob its Jobs.
    private static bool IsDone(WorkloadDraft workload) => workload is { Replicas: 0, Kind: WorkloadKind.ReplicaSet or WorkloadKind.Job };

    private void Note(PodBlueprint pod, WorkloadRef owner)
    {
        var key = new WorkloadKey(pod.Key.Namespace, owner.Kind, owner.Name);
        if (content.Workloads.Find(key) is not { } known)
        {
            var place = new ObjectKey(pod.Key.Namespace, owner.Name);
            if (!_inferred.TryGetValue(place, out var here))
            {
                _inferred[place] = here = [];
            }

            here[owner] = here.TryGetValue(owner, out var sofar) ? (sofar.Count + 1, sofar.Template) : (1, pod.Template);
            return;
        }

        _firstPods.TryAdd(key, pod.Template);
        if (known.Parent is { } parent)
        {
            _firstPods.TryAdd(new WorkloadKey(key.Namespace, parent.Kind, parent.Name), pod.Template);
        }
    }

    private WorkloadBlueprint Known(WorkloadKey key, WorkloadDraft draft)
    {
        var template = resolver.Resolve(draft.Template, key.Namespace, new Notes());
        if (_firstPods.TryGetValue(key, out var pod))
        {
            // Admission changes pods: it sets default requests, injects sidecars, resolves priority classes, adds tolerations. The next pod will
            // be treated like the ones there are.
            template = template with { Requests = pod.Requests, Priority = pod.Priority, Tolerations = pod.Tolerations };
        }

        var parent = draft.Parent is { } named && content.Workloads.Find(new WorkloadKey(key.Namespace, named.Kind, named.Name)) is not null ? named : null;
        return new WorkloadBlueprint
        {
            Kind = draft.Kind,
            Ref = new WorkloadRef(key.Kind, key.Name),
            Namespace = key.Namespace,
            Parent = parent,
            Replicas = draft.Replicas,
            Template = template,
            Selector = draft.Selector,
        };
    }

    private IEnumerable<WorkloadBlueprint> Inferred()
    {
        foreach (var (place, here) in _inferred)
        {
            foreach (var (owner, (count, template)) in here)
            {
                // One pod for every node is what makes a DaemonSet; its number says nothing.
                var daemons = owner.Kind is "DaemonSet";
                findings.Add(
                    daemons
                        ? "DaemonSets that are not in the dump are taken to run on every node their pods tolerate"
                        : "Controllers that are not in the dump are taken to keep the number of pods they have",
                    "controller",
                    $"{place.Namespace}/{owner}");
                yield return new WorkloadBlueprint
                {
                    Kind = daemons ? WorkloadKind.DaemonSet : WorkloadKind.Inferred,
                    Ref = owner,
                    Namespace = place.Namespace,
                    Replicas = count,
                    Template = WithoutPlace(template),
                };
            }
        }
    }

    // What binds one pod to its place does not bind its successors: the node a DaemonSet's pod is meant for, the zones of one replica's volumes.
    private static PodTemplate WithoutPlace(PodTemplate template) => template with
    {
        VolumeZones = [],
        RequiredNodeTerms =
        [
            .. template.RequiredNodeTerms
                .Select(t => new NodeTerm([.. t.Expressions.Where(e => e.Key is not "metadata.name")]))
                .Where(t => !t.Expressions.IsEmpty),
        ],
    };
}
