using System.Collections.Immutable;
using System.Text.Json;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>The <c>affinity</c> of a pod.</summary>
internal static class AffinityReader
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    /// <summary>What no node fulfils.</summary>
    public static NodeTerm NoNode { get; } = new([new NodeExpression("metadata.name", "In", [])]);

    public static AffinityDraft None { get; } = new([], [], [], [], [], []);

    public static AffinityDraft Read(JsonElement affinity, Notes notes)
    {
        if (affinity.ValueKind != JsonValueKind.Object)
        {
            return None;
        }

        var node = affinity.Child("nodeAffinity");
        var pod = affinity.Child("podAffinity");
        var anti = affinity.Child("podAntiAffinity");
        return new AffinityDraft(
            [.. node.Child(Required).Each("nodeSelectorTerms").Select(t => Term(t, notes))],
            [.. node.Each(Preferred).Select(p => (p.Whole("weight") ?? 1, Term(p.Child("preference"), notes)))],
            [.. pod.Each(Required).Select(t => PodTerm(t, notes))],
            [.. anti.Each(Required).Select(t => PodTerm(t, notes))],
            [.. pod.Each(Preferred).Select(p => (p.Whole("weight") ?? 1, PodTerm(p.Child("podAffinityTerm"), notes)))],
            [.. anti.Each(Preferred).Select(p => (p.Whole("weight") ?? 1, PodTerm(p.Child("podAffinityTerm"), notes)))]);
    }

    /// <summary>One node selector term. Kubernetes lets an empty one select no node.</summary>
    public static NodeTerm Term(JsonElement term, Notes notes)
    {
        var expressions = ImmutableArray.CreateBuilder<NodeExpression>();
        foreach (var expression in term.Each("matchExpressions").Concat(term.Each("matchFields")))
        {
            if (expression.Text("key") is { } key
                && expression.Text("operator") is { } comparison and ("In" or "NotIn" or "Exists" or "DoesNotExist" or "Gt" or "Lt"))
            {
                expressions.Add(new NodeExpression(key, comparison, [.. expression.Texts("values")]));
            }
            else
            {
                notes.Add("A term of node affinity cannot be read and is left out");
            }
        }

        return expressions.Count == 0 ? NoNode : new NodeTerm(expressions.ToImmutable());
    }

    private static TermDraft PodTerm(JsonElement term, Notes notes) => new(
        Selectors.Read(term.Child("labelSelector"), notes),
        [.. term.Texts("namespaces").Order(StringComparer.Ordinal)],
        term.Child("namespaceSelector") is { ValueKind: JsonValueKind.Object } selector ? Selectors.Read(selector, notes) : null,
        term.Text("topologyKey") ?? "",
        [.. term.Texts("matchLabelKeys")],
        [.. term.Texts("mismatchLabelKeys")]);
}
