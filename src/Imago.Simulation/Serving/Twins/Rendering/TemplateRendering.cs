using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>The spec of a pod that nobody wrote: what the world knows of it, in such words that reading it again gives the same.</summary>
internal static class TemplateRendering
{
    /// <summary>The spec of pods of a template.</summary>
    /// <param name="template">What the world knows.</param>
    /// <param name="name">Name of its container and image.</param>
    public static JsonObject Spec(PodTemplate template, string name)
    {
        var container = new JsonObject { ["name"] = name, ["image"] = $"registry.example/{name}:1" };
        if (template.HostPorts.Length > 0)
        {
            container["ports"] = Json.List(template.HostPorts, p => new JsonObject { ["containerPort"] = p, ["hostPort"] = p, ["protocol"] = "TCP" });
        }

        var requests = Requests(template.Requests);
        container["resources"] = requests.Count == 0 ? [] : new JsonObject { ["requests"] = requests };
        container["terminationMessagePath"] = "/dev/termination-log";
        container["terminationMessagePolicy"] = "File";
        container["imagePullPolicy"] = "IfNotPresent";
        var spec = new JsonObject
        {
            ["containers"] = new JsonArray(container),
            ["restartPolicy"] = "Always",
            ["terminationGracePeriodSeconds"] = (long)template.GracePeriod.TotalSeconds,
            ["dnsPolicy"] = "ClusterFirst",
        };
        spec.With("nodeSelector", template.NodeSelector.IsEmpty ? null : Json.Map(template.NodeSelector));
        spec["securityContext"] = new JsonObject();
        spec.With("affinity", Affinity(template));
        spec["schedulerName"] = "default-scheduler";
        spec.With("tolerations", template.Tolerations.Length == 0 ? null : Json.List(template.Tolerations, Toleration));
        spec.With("priority", template.Priority == 0 ? null : template.Priority);
        spec.With("topologySpreadConstraints", template.Spread.Length == 0 ? null : Json.List(template.Spread, Spread));
        return spec;
    }

    /// <summary>A selector as documents write it.</summary>
    public static JsonNode? Selector(LabelSelector selector)
    {
        if (selector.Equals(LabelSelector.Nothing))
        {
            return null;
        }

        var rendered = new JsonObject();
        var equal = selector.Requirements.Where(r => r is { Operator: SelectorOperator.In, Values.Length: 1 }).ToList();
        if (equal.Count > 0)
        {
            rendered["matchLabels"] = Json.Map(equal.Select(r => KeyValuePair.Create(r.Key, r.Values[0])));
        }

        var others = selector.Requirements.Where(r => r is not { Operator: SelectorOperator.In, Values.Length: 1 }).ToList();
        if (others.Count > 0)
        {
            rendered["matchExpressions"] = Json.List(others, r =>
            {
                var expression = new JsonObject { ["key"] = r.Key, ["operator"] = r.Operator.ToString() };
                return expression.With("values", r.Values.IsDefaultOrEmpty ? null : Json.Texts(r.Values));
            });
        }

        return rendered;
    }

    private static JsonObject Requests(Resources amounts)
    {
        var requests = new JsonObject();
        requests.With("cpu", amounts.MilliCpu == 0 ? null : $"{amounts.MilliCpu}m");
        requests.With("memory", amounts.MemoryBytes == 0 ? null : amounts.MemoryBytes % (1 << 20) == 0 ? $"{amounts.MemoryBytes >> 20}Mi" : $"{amounts.MemoryBytes}");
        foreach (var (name, amount) in amounts.Others)
        {
            requests[name] = $"{amount}";
        }

        return requests;
    }

    private static JsonNode Toleration(Toleration toleration)
    {
        var rendered = new JsonObject();
        rendered.With("key", toleration.Key);
        rendered["operator"] = toleration.Exists ? "Exists" : "Equal";
        rendered.With("value", toleration.Value);
        rendered.With("effect", toleration.Effect?.ToString());
        return rendered;
    }

    private static JsonNode Spread(SpreadConstraint constraint)
    {
        var rendered = new JsonObject
        {
            ["maxSkew"] = constraint.MaxSkew,
            ["topologyKey"] = constraint.TopologyKey,
            ["whenUnsatisfiable"] = constraint.Hard ? "DoNotSchedule" : "ScheduleAnyway",
        };
        rendered.With("labelSelector", Selector(constraint.Selector));
        return rendered.With("minDomains", constraint.MinDomains);
    }

    private static JsonObject? Affinity(PodTemplate template)
    {
        const string required = "requiredDuringSchedulingIgnoredDuringExecution";
        const string preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        var node = new JsonObject();
        node.With(required, template.RequiredNodeTerms.Length == 0 ? null : new JsonObject { ["nodeSelectorTerms"] = Json.List(template.RequiredNodeTerms, NodeTerm) });
        node.With(preferred, template.PreferredNodeTerms.Length == 0 ? null : Json.List(template.PreferredNodeTerms, p => new JsonObject { ["weight"] = p.Weight, ["preference"] = NodeTerm(p.Term) }));
        var affinity = new JsonObject();
        affinity.With("nodeAffinity", node.Count == 0 ? null : node);
        affinity.With("podAffinity", Pods(template.RequiredAffinity, template.PreferredAffinity));
        affinity.With("podAntiAffinity", Pods(template.RequiredAntiAffinity, template.PreferredAntiAffinity));
        return affinity.Count == 0 ? null : affinity;

        JsonObject? Pods(ImmutableArray<PodAffinityTerm> must, ImmutableArray<(int Weight, PodAffinityTerm Term)> should)
        {
            var terms = new JsonObject();
            terms.With(required, must.Length == 0 ? null : Json.List(must, PodTerm));
            terms.With(preferred, should.Length == 0 ? null : Json.List(should, p => new JsonObject { ["weight"] = p.Weight, ["podAffinityTerm"] = PodTerm(p.Term) }));
            return terms.Count == 0 ? null : terms;
        }
    }

    private static JsonNode NodeTerm(NodeTerm term)
    {
        var fields = term.Expressions.Where(e => string.Equals(e.Key, "metadata.name", StringComparison.Ordinal)).ToList();
        var labels = term.Expressions.Where(e => !string.Equals(e.Key, "metadata.name", StringComparison.Ordinal)).ToList();
        var rendered = new JsonObject();
        rendered.With("matchExpressions", labels.Count == 0 ? null : Json.List(labels, Expression));
        return rendered.With("matchFields", fields.Count == 0 ? null : Json.List(fields, Expression));

        static JsonNode Expression(NodeExpression e) => new JsonObject { ["key"] = e.Key, ["operator"] = e.Operator }.With("values", e.Values.IsDefaultOrEmpty ? null : Json.Texts(e.Values));
    }

    private static JsonNode PodTerm(PodAffinityTerm term)
    {
        var rendered = new JsonObject();
        rendered.With("labelSelector", Selector(term.Selector));
        rendered.With("namespaces", term.Namespaces.IsDefaultOrEmpty ? null : Json.Texts(term.Namespaces));
        rendered.With("namespaceSelector", term.AllNamespaces ? new JsonObject() : null);
        rendered["topologyKey"] = term.TopologyKey;
        return rendered;
    }
}
