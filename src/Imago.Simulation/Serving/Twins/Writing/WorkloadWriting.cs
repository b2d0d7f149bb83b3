using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Rendering;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>Controllers that somebody creates, scales, changes or deletes. A Deployment acts through ReplicaSets, one for each template that it has had.</summary>
internal sealed class WorkloadWriting(SimulatedWorld world, ObjectLedger ledger)
{
    /// <summary>No cluster holds more pods of one controller.</summary>
    public const int MostReplicas = 200_000;

    private readonly TwinObjects _objects = new(world.State, ledger);

    private const string Hash = "pod-template-hash";

    public LedgerEntry Create(TwinKind kind, ObjectKey key, JsonObject kept)
    {
        var made = Reading.Workload(kept, kind, key);
        if (kind == TwinKind.Deployments)
        {
            var entry = ledger.Add(kind, key, source: made, document: kept);
            AddSet(made, kept, made.Replicas, revision: 1);
            return entry;
        }

        var workload = new SimulatedWorkload(made);
        Name(workload);
        world.Workloads.Add(workload);
        var own = ledger.Of(workload)!;
        own.Document = kept;
        return own;
    }

    public void Replace(LedgerEntry entry, JsonObject kept)
    {
        var before = entry.Source is SimulatedWorkload known ? known.Blueprint : (WorkloadBlueprint)entry.Source!;
        var former = entry.Document.Child("spec") ?? WorkloadRendering.Spec(before);
        var spec = kept.Child("spec")!;
        var read = Reading.Workload(kept, entry.Kind, entry.Key);
        var other = !JsonNode.DeepEquals(former["template"], spec["template"]);
        var scaled = entry.Kind != TwinKind.DaemonSets && read.Replicas != before.Replicas;

        if (other && entry.Source is SimulatedWorkload present)
        {
            Keep(present);
        }

        // What a template does not say, how long its pods take to start, stays.
        var made = before with { Replicas = read.Replicas, Template = other ? read.Template with { StartupTime = before.Template.StartupTime } : before.Template };
        entry.Document = kept;
        if (other || scaled)
        {
            entry.Generation++;
        }

        if (entry.Source is SimulatedWorkload workload)
        {
            Change(workload, made, other, scaled);
        }
        else if (other)
        {
            entry.Source = made;
            Roll(made, kept);
        }
        else
        {
            entry.Source = made;
            Resize(made);
        }

        ledger.Touch(entry);
    }

    public void Scale(LedgerEntry entry, int replicas)
    {
        var before = entry.Source is SimulatedWorkload known ? known.Blueprint : (WorkloadBlueprint)entry.Source!;
        if (before.Replicas == replicas)
        {
            return;
        }

        entry.Generation++;
        var made = before with { Replicas = replicas };
        if (entry.Source is SimulatedWorkload workload)
        {
            Change(workload, made, other: false, scaled: true);
        }
        else
        {
            entry.Source = made;
            Resize(made);
        }

        ledger.Touch(entry);
    }

    public void Delete(LedgerEntry entry, bool orphan)
    {
        if (entry.Source is SimulatedWorkload workload)
        {
            var wanting = ledger.Above(workload)?.Source as WorkloadBlueprint;
            var isWanted = wanting is not null && ledger.SetsOf(wanting).MaxBy(ledger.Revision) == workload;
            End(workload, orphan);

            // The Deployment above wants the set of its present template, and has it again at once, even if it is scaled to nothing; with it come other pods.
            if (isWanted)
            {
                var again = new SimulatedWorkload(workload.Blueprint) { Scaled = wanting! };
                world.Workloads.Add(again);
                ledger.Of(again)!.Document = entry.Document;
                if (workload.Rolling)
                {
                    world.Rolling.Begin(again);
                }
            }

            return;
        }

        ledger.Remove(entry);
        foreach (var set in ledger.SetsOf((WorkloadBlueprint)entry.Source!))
        {
            End(set, orphan);
        }
    }

    private void End(SimulatedWorkload workload, bool orphan)
    {
        if (orphan)
        {
            Keep(workload);
        }

        world.Workloads.Remove(workload);
        foreach (var pod in workload.Pods.OrderBy(p => p.Key).ToList())
        {
            if (orphan)
            {
                pod.Orphan();
                world.State.Changed(pod);
            }
            else
            {
                world.Pods.Stop(pod);
            }
        }
    }

    // Pods go on looking like the template from which they were made, though nobody has it any more.
    private void Keep(SimulatedWorkload workload)
    {
        foreach (var pod in workload.Pods)
        {
            if (ledger.Find(TwinKind.Pods, pod.Key) is { Document: null } entry)
            {
                entry.Document = Defaults.Kept(TwinKind.Pods, _objects.Of(entry).Render());
                entry.Document.Child("metadata")?.Remove("ownerReferences");
            }
        }
    }

    private void Change(SimulatedWorkload workload, WorkloadBlueprint made, bool other, bool scaled)
    {
        var own = workload.Scaled == workload.Blueprint;
        workload.Blueprint = made;
        workload.Scaled = own ? made : workload.Scaled;
        if (workload.Kind == WorkloadKind.StatefulSet)
        {
            Name(workload, other);
        }

        world.Workloads.Changed(workload);
        if (other && workload.Kind != WorkloadKind.ReplicaSet)
        {
            world.Rolling.Begin(workload);
        }

        if (scaled)
        {
            Note(workload);
        }
    }

    // A StatefulSet's pods are named by numbers, and each has its name as a label.
    private static void Name(SimulatedWorkload workload, bool other = true)
    {
        if (workload.Kind != WorkloadKind.StatefulSet)
        {
            return;
        }

        var names = Enumerable.Range(0, workload.Replicas).Select(i => string.Create(CultureInfo.InvariantCulture, $"{workload.Ref.Name}-{i}")).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in workload.Identities.Keys.Where(n => !names.Contains(n)).ToList())
        {
            workload.Identities.Remove(gone);
        }

        foreach (var name in names.Where(n => other || !workload.Identities.ContainsKey(n)))
        {
            workload.Identities[name] = workload.Template with { Labels = workload.Template.Labels.SetItem("statefulset.kubernetes.io/pod-name", name) };
        }
    }

    private void Resize(WorkloadBlueprint deployment)
    {
        var sets = ledger.SetsOf(deployment);
        var newest = sets.MaxBy(ledger.Revision);
        foreach (var set in sets)
        {
            set.Scaled = deployment;
            if (set == newest && set.Rolling)
            {
                world.Rolling.Begin(set);
            }
            else if (set == newest)
            {
                set.Blueprint = set.Blueprint with { Replicas = deployment.Replicas };
                world.Workloads.Changed(set);
            }

            Note(set);
        }
    }

    private void Roll(WorkloadBlueprint deployment, JsonObject kept)
    {
        var sets = ledger.SetsOf(deployment);
        foreach (var set in sets)
        {
            (set.Scaled, set.Rolling) = (deployment, false);
        }

        var revision = sets.Select(ledger.Revision).DefaultIfEmpty(0).Max() + 1;
        var name = $"{deployment.Ref.Name}-{HashOf(kept)}";
        var known = sets.Find(s => string.Equals(s.Ref.Name, name, StringComparison.Ordinal));
        if (known is not null && ledger.Of(known) is { } entry)
        {
            // It had this template before, and goes back to it.
            var document = (JsonObject?)entry.Document?.DeepClone() ?? SetDocument(deployment, kept, HashOf(kept));
            Annotate(document, revision);
            entry.Document = document;
            world.Workloads.Changed(known);
        }
        else
        {
            known = AddSet(deployment, kept, replicas: 0, revision);
        }

        world.Rolling.Begin(known);
    }

    private SimulatedWorkload AddSet(WorkloadBlueprint deployment, JsonObject kept, int replicas, long revision)
    {
        var hash = HashOf(kept);
        var document = SetDocument(deployment, kept, hash);
        Annotate(document, revision);
        var labels = deployment.Template.Labels.SetItem(Hash, hash);
        var set = new SimulatedWorkload(new WorkloadBlueprint
        {
            Kind = WorkloadKind.ReplicaSet,
            Ref = new WorkloadRef("ReplicaSet", $"{deployment.Ref.Name}-{hash}"),
            Namespace = deployment.Namespace,
            Parent = deployment.Ref,
            Replicas = replicas,
            Template = deployment.Template with { Labels = labels },
            Selector = LabelSelector.Of([.. deployment.Selector.Requirements, new SelectorRequirement(Hash, SelectorOperator.In, [hash])]),
        })
        { Scaled = deployment };
        world.Workloads.Add(set);
        ledger.Of(set)!.Document = document;
        return set;
    }

    private static JsonObject SetDocument(WorkloadBlueprint deployment, JsonObject kept, string hash)
    {
        var template = (JsonObject)kept.Child("spec").Copy("template")!;
        if (template.Child("metadata") is not { } metadata)
        {
            template["metadata"] = metadata = [];
        }

        if (metadata.Child("labels") is not { } labels)
        {
            metadata["labels"] = labels = [];
        }

        labels[Hash] = hash;
        var selector = kept.Child("spec").Copy("selector") as JsonObject ?? [];
        if (selector.Child("matchLabels") is not { } equal)
        {
            selector["matchLabels"] = equal = [];
        }

        equal[Hash] = hash;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() },
            ["spec"] = new JsonObject { ["replicas"] = deployment.Replicas, ["selector"] = selector, ["template"] = template },
        };
    }

    private static void Annotate(JsonObject document, long revision)
    {
        var metadata = document.Child("metadata")!;
        if (metadata.Child("annotations") is not { } annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations[WorkloadRendering.RevisionAnnotation] = $"{revision}";
    }

    private static string HashOf(JsonObject kept) => NameLetters.Of(new Seed(1).Fork(kept.Child("spec")?["template"]?.ToJsonString() ?? ""), 10);

    // Budgets count the replicas that controllers want.
    private void Note(SimulatedWorkload workload)
    {
        foreach (var pod in workload.Pods.OrderBy(p => p.Key))
        {
            world.Budgets.Note(pod);
        }
    }
}
