using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>Pod templates and what they are made of. Labels that several templates share stay shared: the scheduler knows kinds of pods by them.</summary>
internal static class TemplatePicture
{
    public static void Write(PictureWriter to, PodTemplate template)
    {
        to.Once(template.Labels, labels => to.Map(labels));
        Write(to, template.Requests);
        to.Map(template.NodeSelector);
        to.List<NodeTerm>(template.RequiredNodeTerms, t => Write(to, t));
        Weighted(to, template.PreferredNodeTerms, t => Write(to, t));
        to.List<PodAffinityTerm>(template.RequiredAffinity, t => Write(to, t));
        to.List<PodAffinityTerm>(template.RequiredAntiAffinity, t => Write(to, t));
        Weighted(to, template.PreferredAffinity, t => Write(to, t));
        Weighted(to, template.PreferredAntiAffinity, t => Write(to, t));
        to.List<SpreadConstraint>(template.Spread, s =>
        {
            to.Number(s.MaxSkew);
            to.Text(s.TopologyKey);
            to.Flag(s.Hard);
            Write(to, s.Selector);
            to.Maybe(s.MinDomains, n => to.Number(n));
        });
        to.List<Toleration>(template.Tolerations, t =>
        {
            to.Text(t.Key);
            to.Flag(t.Exists);
            to.Text(t.Value);
            to.Maybe(t.Effect, e => to.Number((int)e));
        });
        to.Span(template.GracePeriod);
        to.Number(template.Priority);
        to.Maybe(template.StartupTime, to.Span);
        to.Texts(template.VolumeZones);
        to.Number(template.AttachedVolumes);
        to.List<int>(template.HostPorts, p => to.Number(p));
    }

    public static PodTemplate Read(PictureReader from) => new()
    {
        Labels = from.Once(() => from.Map().ToImmutableDictionary(p => p.Key, p => p.Value))!,
        Requests = ReadResources(from),
        NodeSelector = from.SortedMap(),
        RequiredNodeTerms = from.List(() => ReadNodeTerm(from)),
        PreferredNodeTerms = ReadWeighted(from, () => ReadNodeTerm(from)),
        RequiredAffinity = from.List(() => ReadPodTerm(from)),
        RequiredAntiAffinity = from.List(() => ReadPodTerm(from)),
        PreferredAffinity = ReadWeighted(from, () => ReadPodTerm(from)),
        PreferredAntiAffinity = ReadWeighted(from, () => ReadPodTerm(from)),
        Spread = from.List(() => new SpreadConstraint(from.Count(), from.Text(), from.Flag(), ReadSelector(from), from.Maybe(from.Count))),
        Tolerations = from.List(() => new Toleration(from.MaybeText(), from.Flag(), from.MaybeText(), from.Maybe(() => (TaintEffect)from.Count()))),
        GracePeriod = from.Span(),
        Priority = from.Count(),
        StartupTime = from.Maybe(from.Span),
        VolumeZones = from.Texts(),
        AttachedVolumes = from.Count(),
        HostPorts = from.List(from.Count),
    };

    public static void Write(PictureWriter to, Resources amounts)
    {
        to.Number(amounts.MilliCpu);
        to.Number(amounts.MemoryBytes);
        to.Number(amounts.Pods);
        to.List(amounts.Others, pair =>
        {
            to.Text(pair.Key);
            to.Number(pair.Value);
        });
    }

    public static Resources ReadResources(PictureReader from) => new(
        from.Number(), from.Number(), from.Count(),
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, from.List(() => KeyValuePair.Create(from.Text(), from.Number()))));

    public static void Write(PictureWriter to, Taint taint)
    {
        to.Text(taint.Key);
        to.Text(taint.Value);
        to.Number((int)taint.Effect);
    }

    public static Taint ReadTaint(PictureReader from) => new(from.Text(), from.Text(), (TaintEffect)from.Count());

    public static void Write(PictureWriter to, LabelSelector selector)
    {
        to.Flag(selector.Equals(LabelSelector.Nothing));
        to.List<SelectorRequirement>(selector.Requirements, r =>
        {
            to.Text(r.Key);
            to.Number((int)r.Operator);
            to.Texts(r.Values);
        });
    }

    public static LabelSelector ReadSelector(PictureReader from)
    {
        var nothing = from.Flag();
        var requirements = from.List(() => new SelectorRequirement(from.Text(), (SelectorOperator)from.Count(), from.Texts()));
        return nothing ? LabelSelector.Nothing : LabelSelector.Of(requirements);
    }

    private static void Write(PictureWriter to, NodeTerm term) => to.List<NodeExpression>(term.Expressions, e =>
    {
        to.Text(e.Key);
        to.Text(e.Operator);
        to.Texts(e.Values);
    });

    private static NodeTerm ReadNodeTerm(PictureReader from) => new(from.List(() => new NodeExpression(from.Text(), from.Text(), from.Texts())));

    private static void Write(PictureWriter to, PodAffinityTerm term)
    {
        Write(to, term.Selector);
        to.Texts(term.Namespaces);
        to.Flag(term.AllNamespaces);
        to.Text(term.TopologyKey);
    }

    private static PodAffinityTerm ReadPodTerm(PictureReader from) => new(ReadSelector(from), from.Texts(), from.Flag(), from.Text());

    private static void Weighted<T>(PictureWriter to, ImmutableArray<(int Weight, T Term)> terms, Action<T> write) => to.List<(int Weight, T Term)>(terms, t =>
    {
        to.Number(t.Weight);
        write(t.Term);
    });

    private static ImmutableArray<(int Weight, T Term)> ReadWeighted<T>(PictureReader from, Func<T> read) => from.List(() => (from.Count(), read()));
}
