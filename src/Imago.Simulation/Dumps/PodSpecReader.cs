using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Dumps;

/// <summary>The spec of a pod or of a pod template.</summary>
internal sealed class PodSpecReader
{
    // A day bounds what an absurd grace period does to a forecast.
    private static readonly Duration LongestGrace = Duration.FromDays(1);

    private readonly Memo<ImmutableDictionary<string, string>> _labels = new((e, _) => ReadLabels(e));
    private readonly Memo<ImmutableSortedDictionary<string, string>> _nodeSelectors = new((e, _) => Sorted(e));
    private readonly Memo<ImmutableArray<Toleration>> _tolerations = new(ReadTolerations);
    private readonly Memo<AffinityDraft> _affinity = new(AffinityReader.Read);
    private readonly Memo<ImmutableArray<SpreadDraft>> _spread = new(ReadSpread);

    private sealed record SpreadDraft(SpreadConstraint Constraint, ImmutableArray<string> MatchLabelKeys);

    public static ImmutableSortedDictionary<string, string> Sorted(JsonElement map)
    {
        var builder = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Pairs())
        {
            builder[key] = value;
        }

        return builder.ToImmutable();
    }

    /// <summary>Reads everything but what other objects decide.</summary>
    /// <param name="metadata">Metadata of the pod or template.</param>
    /// <param name="spec">Its pod spec.</param>
    /// <param name="name">Name of the pod, for claims that carry it; null for a template.</param>
    /// <param name="notes">Where to note what is not modelled.</param>
    public TemplateDraft Read(JsonElement metadata, JsonElement spec, string? name, Notes notes)
    {
        NoteWhatIsNotModelled(spec, notes);
        var labels = _labels.Read(metadata.Child("labels"), notes);
        var template = new PodTemplate
        {
            Labels = labels,
            Requests = ResourceReader.Requests(spec, notes),
            NodeSelector = _nodeSelectors.Read(spec.Child("nodeSelector"), notes),
            Tolerations = _tolerations.Read(spec.Child("tolerations"), notes),
            Spread = [.. _spread.Read(spec.Child("topologySpreadConstraints"), notes).Select(s => Resolve(s, labels))],
            GracePeriod = Grace(spec),
            Priority = Priority(spec),
            HostPorts = HostPorts(spec),
        };
        // What an affinity names by pod or node is not shared by others.
        var affinity = spec.Child("affinity");
        var draft = affinity.Child("nodeAffinity").Exists() && name is not null ? AffinityReader.Read(affinity, notes) : _affinity.Read(affinity, notes);
        return new TemplateDraft(template, Resolve(draft, labels), Claims(spec, name), spec.Each("volumes").Count(v => v.Child("ephemeral").Exists() && name is null));
    }

    // The owner's reference to `pod-template-hash` and the like: the pod's own label value becomes part of the selector.
    private static SpreadConstraint Resolve(SpreadDraft draft, ImmutableDictionary<string, string> labels) =>
        draft.MatchLabelKeys.IsEmpty
            ? draft.Constraint
            : draft.Constraint with { Selector = draft.Constraint.Selector.And(OwnLabels(draft.MatchLabelKeys, labels, SelectorOperator.In)) };

    private static AffinityDraft Resolve(AffinityDraft draft, ImmutableDictionary<string, string> labels)
    {
        if (!draft.HasPodTerms)
        {
            return draft;
        }

        return draft with
        {
            RequiredAffinity = [.. draft.RequiredAffinity.Select(Term)],
            RequiredAntiAffinity = [.. draft.RequiredAntiAffinity.Select(Term)],
            PreferredAffinity = [.. draft.PreferredAffinity.Select(p => (p.Weight, Term(p.Term)))],
            PreferredAntiAffinity = [.. draft.PreferredAntiAffinity.Select(p => (p.Weight, Term(p.Term)))],
        };

        TermDraft Term(TermDraft term) => term.MatchLabelKeys.IsEmpty && term.MismatchLabelKeys.IsEmpty
            ? term
            : term with
            {
                Selector = term.Selector
                    .And(OwnLabels(term.MatchLabelKeys, labels, SelectorOperator.In))
                    .And(OwnLabels(term.MismatchLabelKeys, labels, SelectorOperator.NotIn)),
            };
    }

    private static IEnumerable<SelectorRequirement> OwnLabels(
        ImmutableArray<string> keys, ImmutableDictionary<string, string> labels, SelectorOperator comparison) =>
        keys.Where(labels.ContainsKey).Select(k => new SelectorRequirement(k, comparison, [labels[k]]));

    private static ImmutableDictionary<string, string> ReadLabels(JsonElement labels)
    {
        var builder = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels.Pairs())
        {
            builder[key] = value;
        }

        return builder.ToImmutable();
    }

    private static ImmutableArray<Toleration> ReadTolerations(JsonElement tolerations, Notes notes)
    {
        if (tolerations.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var read = ImmutableArray.CreateBuilder<Toleration>();
        foreach (var toleration in tolerations.EnumerateArray())
        {
            var comparison = toleration.Text("operator") ?? "Equal";
            var effect = toleration.Text("effect");
            var parsed = TaintReader.Effect(effect);
            if (comparison is not ("Equal" or "" or "Exists") || (!string.IsNullOrEmpty(effect) && parsed is null))
            {
                notes.Add("A toleration with an operator or effect that is not modelled tolerates nothing");
                continue;
            }

            var key = toleration.Text("key");
            read.Add(new Toleration(
                string.IsNullOrEmpty(key) ? null : key,
                string.Equals(comparison, "Exists", StringComparison.Ordinal),
                toleration.Text("value"),
                parsed));
        }

        return read.ToImmutable();
    }

    private static ImmutableArray<SpreadDraft> ReadSpread(JsonElement constraints, Notes notes)
    {
        if (constraints.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var read = ImmutableArray.CreateBuilder<SpreadDraft>();
        foreach (var constraint in constraints.EnumerateArray())
        {
            if (constraint.Text("nodeAffinityPolicy") is { } affinityPolicy && !string.Equals(affinityPolicy, "Honor", StringComparison.Ordinal))
            {
                notes.Add($"A topology spread with nodeAffinityPolicy '{affinityPolicy}' is treated as with 'Honor'");
            }

            if (constraint.Text("nodeTaintsPolicy") is { } taintsPolicy && !string.Equals(taintsPolicy, "Ignore", StringComparison.Ordinal))
            {
                notes.Add($"A topology spread with nodeTaintsPolicy '{taintsPolicy}' is treated as with 'Ignore'");
            }

            read.Add(new SpreadDraft(
                new SpreadConstraint(
                    Math.Max(1, constraint.Whole("maxSkew") ?? 1),
                    constraint.Text("topologyKey") ?? "",
                    Hard: !string.Equals(constraint.Text("whenUnsatisfiable"), "ScheduleAnyway", StringComparison.Ordinal),
                    Selectors.Read(constraint.Child("labelSelector"), notes),
                    constraint.Whole("minDomains")),
                [.. constraint.Texts("matchLabelKeys")]));
        }

        return read.ToImmutable();
    }

    private static Duration Grace(JsonElement spec)
    {
        if (spec.Child("terminationGracePeriodSeconds") is not { ValueKind: JsonValueKind.Number } stated || !stated.TryGetInt64(out var seconds))
        {
            return Duration.FromSeconds(30);
        }

        return Duration.FromSeconds(Math.Clamp(seconds, 0, (long)LongestGrace.TotalSeconds));
    }

    // The API server resolves a class to its number when it admits a pod; templates only name the class.
    private static int Priority(JsonElement spec) => spec.Whole("priority") ?? spec.Text("priorityClassName") switch
    {
        "system-node-critical" => 2_000_001_000,
        "system-cluster-critical" => 2_000_000_000,
        _ => 0,
    };

    private static ImmutableArray<int> HostPorts(JsonElement spec)
    {
        var onHost = spec.IsTrue("hostNetwork");
        SortedSet<int>? ports = null;
        foreach (var port in spec.Each("containers").Concat(spec.Each("initContainers")).SelectMany(c => c.Each("ports")))
        {
            if ((port.Whole("hostPort") ?? (onHost ? port.Whole("containerPort") : null)) is { } number and > 0 and <= 65535)
            {
                (ports ??= []).Add(number);
            }
        }

        return ports is null ? [] : [.. ports];
    }

    // A generic ephemeral volume has a claim of its own, named after pod and volume.
    private static ImmutableArray<string> Claims(JsonElement spec, string? pod)
    {
        List<string>? claims = null;
        foreach (var volume in spec.Each("volumes"))
        {
            var claim = volume.Child("persistentVolumeClaim").Text("claimName")
                ?? (pod is not null && volume.Child("ephemeral").Exists() ? $"{pod}-{volume.Text("name")}" : null);
            if (claim is not null)
            {
                (claims ??= []).Add(claim);
            }
        }

        return claims is null ? [] : [.. claims.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static void NoteWhatIsNotModelled(JsonElement spec, Notes notes)
    {
        if (spec.Text("schedulerName") is { Length: > 0 } scheduler && !string.Equals(scheduler, "default-scheduler", StringComparison.Ordinal))
        {
            notes.Add($"Pods of scheduler '{scheduler}' are placed by the rules of the default scheduler");
        }

        if (spec.IsNonEmptyArray("schedulingGates"))
        {
            notes.Add("Scheduling gates are not modelled; gated pods are placed like others");
        }

        if (spec.IsNonEmptyArray("resourceClaims"))
        {
            notes.Add("Resource claims (dynamic resource allocation) are not modelled; every node of fitting size counts as having the devices");
        }
    }
}
