using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Resolves what templates say about namespaces and volumes, once the whole dump is read.</summary>
internal sealed class TemplateResolver(DumpContent content)
{
    // Alternatives multiply: four volumes with ten alternatives each would be ten thousand terms.
    private const int MostExpressions = 1000;

    public PodTemplate Resolve(TemplateDraft draft, string inNamespace, Notes notes)
    {
        var template = draft.Template;
        if (draft.Affinity != AffinityReader.None)
        {
            var affinity = draft.Affinity;
            template = template with
            {
                RequiredNodeTerms = affinity.RequiredNodeTerms,
                PreferredNodeTerms = affinity.PreferredNodeTerms,
                RequiredAffinity = [.. affinity.RequiredAffinity.Select(t => Term(t, notes))],
                RequiredAntiAffinity = [.. affinity.RequiredAntiAffinity.Select(t => Term(t, notes))],
                PreferredAffinity = [.. affinity.PreferredAffinity.Select(p => (p.Weight, Term(p.Term, notes)))],
                PreferredAntiAffinity = [.. affinity.PreferredAntiAffinity.Select(p => (p.Weight, Term(p.Term, notes)))],
            };
        }

        return draft.Claims.IsEmpty && draft.ClaimTemplates == 0 ? template : WithVolumes(template, draft, inNamespace, notes);
    }

    private PodAffinityTerm Term(TermDraft draft, Notes notes)
    {
        if (draft.NamespaceSelector is not { } selector)
        {
            return new PodAffinityTerm(draft.Selector, draft.Namespaces, AllNamespaces: false, draft.TopologyKey);
        }

        if (!selector.Equals(LabelSelector.Nothing) && selector.Requirements.IsEmpty)
        {
            return new PodAffinityTerm(draft.Selector, [], AllNamespaces: true, draft.TopologyKey);
        }

        if (content.Namespaces.Count == 0)
        {
            notes.Add("The dump has no namespaces; a namespace selector counts as selecting all of them");
            return new PodAffinityTerm(draft.Selector, [], AllNamespaces: true, draft.TopologyKey);
        }

        ImmutableArray<string> selected =
        [
            .. content.Namespaces.InOrder.Where(n => selector.Matches(n.Value)).Select(n => n.Key)
                .Union(draft.Namespaces, StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        // No namespace at all is not the same as "its own", which an empty list means.
        return selected.IsEmpty
            ? new PodAffinityTerm(LabelSelector.Nothing, [], AllNamespaces: false, draft.TopologyKey)
            : new PodAffinityTerm(draft.Selector, selected, AllNamespaces: false, draft.TopologyKey);
    }

    private PodTemplate WithVolumes(PodTemplate template, TemplateDraft draft, string inNamespace, Notes notes)
    {
        var attached = draft.ClaimTemplates;
        ImmutableArray<string> zones = [];
        var terms = template.RequiredNodeTerms;
        foreach (var claim in draft.Claims)
        {
            if (content.Claims.Find(new ObjectKey(inNamespace, claim)) is not { Length: > 0 } volume
                || content.Volumes.Find(volume) is not { Facts: { } facts } found)
            {
                notes.Add("Volumes whose claim (pvc) or volume (pv) is not in the dump bind their pods to no zone");
                attached++;
                continue;
            }

            attached += facts.Attached ? 1 : 0;
            foreach (var note in found.Notes.Sentences)
            {
                notes.Add(note);
            }

            zones = Common(zones, facts.Zones, notes);
            if (!facts.NodeTerms.IsEmpty)
            {
                notes.Add("Volumes that exist on certain nodes only, such as local ones, keep their pods on those nodes");
                terms = Both(terms, facts.NodeTerms, notes);
            }
        }

        return template with { AttachedVolumes = attached, VolumeZones = zones, RequiredNodeTerms = terms };
    }

    private static ImmutableArray<string> Common(ImmutableArray<string> zones, ImmutableArray<string> more, Notes notes)
    {
        if (zones.IsEmpty || more.IsEmpty)
        {
            return zones.IsEmpty ? more : zones;
        }

        ImmutableArray<string> common = [.. zones.Intersect(more, StringComparer.Ordinal)];
        if (common.IsEmpty)
        {
            notes.Add("Volumes of one pod lie in different zones; the pod is placed by the first of them");
            return zones;
        }

        return common;
    }

    // (a or b) and (c or d) = ac or ad or bc or bd.
    private static ImmutableArray<NodeTerm> Both(ImmutableArray<NodeTerm> terms, ImmutableArray<NodeTerm> more, Notes notes)
    {
        if (terms.IsEmpty)
        {
            return more;
        }

        if (terms.Sum(t => (long)t.Expressions.Length) * more.Length + more.Sum(t => (long)t.Expressions.Length) * terms.Length > MostExpressions)
        {
            notes.Add("Node affinity with very many alternatives counts without that of the volumes");
            return terms;
        }

        return [.. terms.SelectMany(a => more.Select(b => new NodeTerm([.. a.Expressions, .. b.Expressions])))];
    }
}
