using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Dumps;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What documents mean to the world: read as those of a dump are. Volumes count as attached, and bind their pods to no zone.</summary>
internal static class Reading
{
    public static LabelSelector Selector(JsonObject? selector) => selector is null ? LabelSelector.Nothing : Selectors.Read(Element(selector), new Notes());

    public static BudgetBlueprint Budget(JsonObject document, ObjectKey key) => BudgetReader.Read(Element(document), key, new Notes());

    public static PodTemplate Pod(JsonObject document, ObjectKey key)
    {
        var draft = new PodReader(new PodSpecReader()).Read(Element(document), key);
        return Resolved(draft.Template, key.Namespace);
    }

    public static WorkloadBlueprint Workload(JsonObject document, TwinKind kind, ObjectKey key)
    {
        var read = WorkloadReader.Kind(kind.Name)!.Value;
        var draft = WorkloadReader.Read(Element(document), read, new PodSpecReader());
        return new WorkloadBlueprint
        {
            Kind = read,
            Ref = new WorkloadRef(kind.Name, key.Name),
            Namespace = key.Namespace,
            Replicas = draft.Replicas,
            Template = Resolved(draft.Template, key.Namespace),
            Selector = draft.Selector,
        };
    }

    public static IReadOnlyList<Taint> Taints(JsonObject? spec) => spec is null ? [] : TaintReader.Read(Element(spec), new Notes());

    // Namespace selectors look at all namespaces, and claims at no volume: an empty dump knows neither.
    private static PodTemplate Resolved(TemplateDraft draft, string inNamespace) => new TemplateResolver(new DumpContent(new DumpOptions())).Resolve(draft, inNamespace, new Notes());

    private static JsonElement Element(JsonObject document) => JsonSerializer.SerializeToElement(document);
}
