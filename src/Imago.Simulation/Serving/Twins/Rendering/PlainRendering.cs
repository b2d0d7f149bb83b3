using System.Text.Json.Nodes;
using Imago.Simulation.Serving.Twins.Ledger;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>Objects that are what somebody wrote, namespaces, and events that the world tells.</summary>
internal static class PlainRendering
{
    public static JsonObject Render(EntryFacts facts)
    {
        var stated = facts.Document.Child("metadata");
        var rendered = Metadata.Begin(facts, stated.Texts("labels"), stated.Texts("annotations"));
        foreach (var (name, value) in facts.Document ?? [])
        {
            if (name is not ("apiVersion" or "kind" or "metadata"))
            {
                rendered[name] = value?.DeepClone();
            }
        }

        return rendered;
    }

    public static JsonObject Namespace(EntryFacts facts)
    {
        var stated = facts.Document.Child("metadata");
        var labels = new SortedDictionary<string, string>(stated.Texts("labels").ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { ["kubernetes.io/metadata.name"] = facts.Key.Name };
        var rendered = Metadata.Begin(facts, labels, stated.Texts("annotations"));
        rendered["spec"] = new JsonObject { ["finalizers"] = Json.Texts(["kubernetes"]) };
        rendered["status"] = new JsonObject { ["phase"] = facts.DeletedAt is null ? "Active" : "Terminating" };
        return rendered;
    }

    public static JsonObject Event(EntryFacts facts, ToldEvent told)
    {
        var rendered = Metadata.Begin(facts, [], []);
        rendered["involvedObject"] = new JsonObject { ["kind"] = "Node", ["name"] = told.Node, ["uid"] = told.Uid, ["apiVersion"] = "v1" };
        rendered["reason"] = told.Reason;
        rendered["message"] = told.Message;
        rendered["source"] = new JsonObject { ["component"] = told.Component };
        rendered["firstTimestamp"] = Json.Time(facts.CreatedAt);
        rendered["lastTimestamp"] = Json.Time(facts.CreatedAt);
        rendered["count"] = 1;
        rendered["type"] = told.IsWarning ? "Warning" : "Normal";
        rendered["eventTime"] = null;
        rendered["reportingComponent"] = told.Component;
        rendered["reportingInstance"] = "";
        return rendered;
    }
}
