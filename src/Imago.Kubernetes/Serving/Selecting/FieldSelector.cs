using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Kinds;

namespace Imago.Kubernetes.Serving.Selecting;

/// <summary>Field selectors: the fields that the API has an index for, compared with = and !=.</summary>
internal sealed class FieldSelector
{
    private const string Name = "metadata.name";
    private const string Namespace = "metadata.namespace";

    private static readonly ImmutableDictionary<string, ImmutableArray<string>> Fields = ImmutableDictionary.CreateRange<string, ImmutableArray<string>>(
    [
        new("nodes", ["spec.unschedulable"]),
        new("pods", ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"]),
        new("namespaces", ["status.phase"]),
        new("replicasets", ["status.replicas"]),
        new("services", ["spec.clusterIP", "spec.type"]),
        new("events",
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
            "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ]),
    ]);

    private readonly ImmutableArray<Term> _terms;

    private FieldSelector(ImmutableArray<Term> terms) => _terms = terms;

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEverything => _terms.IsEmpty;

    /// <summary>Reads a selector for a kind.</summary>
    /// <exception cref="RefusedException">It is no selector, or names a field that cannot be selected by.</exception>
    public static FieldSelector Parse(string? text, ServedKind kind)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var terms = ImmutableArray.CreateBuilder<Term>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new RefusedException(StatusDocument.BadRequest($"invalid selector: '{text}'; can't understand '{part}'"));
            }

            var isNot = part[equals - 1] == '!';
            var field = part[..(isNot ? equals - 1 : equals)].Trim();
            if (field != Name && !(field == Namespace && kind.Namespaced) && !Fields.GetValueOrDefault(kind.Kind.Plural, []).Contains(field))
            {
                throw new RefusedException(StatusDocument.BadRequest(
                    kind.Kind.Group.Length == 0
                        ? $"field label not supported: {field}"
                        : $"\"{field}\" is not a known field selector: only \"{Name}\", \"{Namespace}\""));
            }

            terms.Add(new Term(field, part[(equals + 1)..].TrimStart('=').Trim(), isNot));
        }

        // What needs no rendering comes first.
        return new FieldSelector([.. terms.OrderBy(t => t.NeedsDocument)]);
    }

    /// <summary>Whether it lets through only objects with this value of a field.</summary>
    public bool Requires(string field, string value) => _terms.Any(t => !t.IsNot && t.Field == field && t.Value == value);

    public bool Matches(TwinObject item)
    {
        JsonObject? document = null;
        foreach (var term in _terms)
        {
            var value = term.Field switch
            {
                Name => item.Key.Name,
                Namespace => item.Key.Namespace,
                _ => ValueOf(document ??= item.Render(), term.Field),
            };
            if (string.Equals(value, term.Value, StringComparison.Ordinal) == term.IsNot)
            {
                return false;
            }
        }

        return true;
    }

    private static string ValueOf(JsonObject document, string field)
    {
        if (field == "source")
        {
            return Text(document["source"]?["component"]) is { Length: > 0 } component ? component : Text(document["reportingComponent"]);
        }

        JsonNode? at = document;
        foreach (var name in field.Split('.'))
        {
            at = (at as JsonObject)?[name];
        }

        // Booleans that are not there are false.
        return at is null && field is "spec.unschedulable" or "spec.hostNetwork" ? "false" : Text(at);
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(),
    };

    private sealed record Term(string Field, string Value, bool IsNot)
    {
        public bool NeedsDocument => Field is not (Name or Namespace);
    }
}
