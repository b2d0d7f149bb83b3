using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>A pod template whose references to other objects (namespaces, claims) are not resolved yet: those may stand later in the dump.</summary>
/// <param name="Template">Everything that needs no other object.</param>
/// <param name="Affinity">Affinity to other pods, resolved with the namespaces' labels.</param>
/// <param name="Claims">Persistent volume claims it uses, resolved with the volumes.</param>
/// <param name="ClaimTemplates">Claims that every replica gets for itself.</param>
internal sealed record TemplateDraft(PodTemplate Template, AffinityDraft Affinity, ImmutableArray<string> Claims, int ClaimTemplates);

/// <summary>The affinity of a pod as written.</summary>
internal sealed record AffinityDraft(
    ImmutableArray<NodeTerm> RequiredNodeTerms,
    ImmutableArray<(int Weight, NodeTerm Term)> PreferredNodeTerms,
    ImmutableArray<TermDraft> RequiredAffinity,
    ImmutableArray<TermDraft> RequiredAntiAffinity,
    ImmutableArray<(int Weight, TermDraft Term)> PreferredAffinity,
    ImmutableArray<(int Weight, TermDraft Term)> PreferredAntiAffinity)
{
    public bool HasPodTerms =>
        RequiredAffinity.Length + RequiredAntiAffinity.Length + PreferredAffinity.Length + PreferredAntiAffinity.Length > 0;
}

/// <summary>One term of affinity to pods, with its namespaces and keys as written.</summary>
/// <param name="NamespaceSelector">Null: none is given.</param>
internal sealed record TermDraft(
    LabelSelector Selector, ImmutableArray<string> Namespaces, LabelSelector? NamespaceSelector, string TopologyKey,
    ImmutableArray<string> MatchLabelKeys, ImmutableArray<string> MismatchLabelKeys);
