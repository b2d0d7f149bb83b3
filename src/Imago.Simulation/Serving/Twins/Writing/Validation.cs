using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Twins.Rendering;

namespace Imago.Simulation.Serving.Twins.Writing;

/// <summary>What the API refuses in a document, all of it at once.</summary>
internal static partial class Validation
{
    private const string LabelRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string KeyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelNameRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    // Annotations together may have 256 KiB.
    private const int MostAnnotationBytes = 256 * 1024;

    /// <summary>Problems of names and metadata.</summary>
    public static void OfMetadata(TwinKind kind, string? name, JsonObject? metadata, ImmutableArray<TwinCause>.Builder problems)
    {
        if (string.IsNullOrEmpty(name))
        {
            problems.Add(Refusals.Required("metadata.name", "name or generateName is required"));
        }
        else if ((kind == TwinKind.Namespaces || kind == TwinKind.Services) && (name.Length > 63 || !LabelName().IsMatch(name)))
        {
            problems.Add(Refusals.InvalidValue("metadata.name", $"\"{name}\"", name.Length > 63 ? "must be no more than 63 bytes" : LabelNameRule));
        }
        else if (name.Length > 253 || !Subdomain().IsMatch(name))
        {
            problems.Add(Refusals.InvalidValue("metadata.name", $"\"{name}\"", name.Length > 253 ? "must be no more than 253 bytes" : SubdomainRule));
        }

        OfLabels(metadata.Child("labels"), "metadata.labels", problems);
        OfTexts(metadata.Child("annotations"), "metadata.annotations", problems);
        foreach (var (key, _) in metadata.Texts("annotations"))
        {
            OfKey(key.ToLowerInvariant(), "metadata.annotations", problems);
        }

        if (metadata.Texts("annotations").Sum(a => a.Key.Length + a.Value.Length) > MostAnnotationBytes)
        {
            problems.Add(new TwinCause("FieldValueTooLong", $"Too long: may not be more than {MostAnnotationBytes} bytes", "metadata.annotations"));
        }
    }

    /// <summary>Problems of a map of labels.</summary>
    public static void OfLabels(JsonObject? labels, string field, ImmutableArray<TwinCause>.Builder problems)
    {
        OfTexts(labels, field, problems);
        foreach (var (key, node) in labels ?? [])
        {
            OfKey(key, field, problems);
            if (node is JsonValue text && text.TryGetValue<string>(out var value) && (value.Length > 63 || !LabelValue().IsMatch(value)))
            {
                problems.Add(Refusals.InvalidValue(field, $"\"{value}\"", value.Length > 63 ? "must be no more than 63 bytes" : LabelRule));
            }
        }
    }

    /// <summary>Problems of what pods are made from.</summary>
    public static void OfPod(JsonObject? spec, string field, ImmutableArray<TwinCause>.Builder problems)
    {
        if (spec?["containers"] is not JsonArray { Count: > 0 } containers)
        {
            problems.Add(Refusals.Required($"{field}.containers"));
            return;
        }

        for (var i = 0; i < containers.Count; i++)
        {
            var container = containers[i] as JsonObject;
            if (string.IsNullOrEmpty(container.Text("name")))
            {
                problems.Add(Refusals.Required($"{field}.containers[{i}].name"));
            }

            if (string.IsNullOrEmpty(container.Text("image")))
            {
                problems.Add(Refusals.Required($"{field}.containers[{i}].image"));
            }
        }
    }

    /// <summary>Problems of a controller's selector and template.</summary>
    public static void OfController(JsonObject? spec, ImmutableArray<TwinCause>.Builder problems)
    {
        var template = spec.Child("template");
        OfLabels(template.Child("metadata").Child("labels"), "spec.template.metadata.labels", problems);
        if (spec.Child("selector") is not { } selector || (selector.Child("matchLabels") is not { Count: > 0 } && selector["matchExpressions"] is not JsonArray { Count: > 0 }))
        {
            problems.Add(Refusals.Required("spec.selector"));
        }
        else if (!Reading.Selector(selector).Matches(template.Child("metadata").Texts("labels").ToDictionary(StringComparer.Ordinal)))
        {
            var labels = template.Child("metadata").Child("labels")?.ToJsonString() ?? "{}";
            problems.Add(Refusals.InvalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
        }

        OfReplicas(spec, problems);
        OfPod(template.Child("spec"), "spec.template.spec", problems);
    }

    public static void OfReplicas(JsonObject? spec, ImmutableArray<TwinCause>.Builder problems)
    {
        if (spec.Whole("replicas") is { } replicas and < 0)
        {
            problems.Add(Refusals.InvalidValue("spec.replicas", $"{replicas}", "must be greater than or equal to 0"));
        }
    }

    /// <summary>Problems of a disruption budget.</summary>
    public static void OfBudget(JsonObject? spec, ImmutableArray<TwinCause>.Builder problems)
    {
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
        {
            problems.Add(Refusals.InvalidValue("spec", spec.ToJsonString(), "minAvailable and maxUnavailable cannot be both set"));
        }

        foreach (var name in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
        {
            if (spec?[name] is not { } amount)
            {
                continue;
            }

            var text = amount is JsonValue value && value.TryGetValue<string>(out var stated) ? stated : amount.ToJsonString();
            if (!IntOrPercent.TryParse(text, out var read) || (read.IsPercent && read.Value > 100) || (amount.GetValueKind() == System.Text.Json.JsonValueKind.String && !read.IsPercent))
            {
                problems.Add(Refusals.InvalidValue($"spec.{name}", amount.ToJsonString(), "must be a whole number that is not negative, or a valid percent string (e.g. \"33%\") of at most 100%"));
            }
        }

        OfLabels(spec.Child("selector").Child("matchLabels"), "spec.selector.matchLabels", problems);
    }

    private static void OfTexts(JsonObject? map, string field, ImmutableArray<TwinCause>.Builder problems)
    {
        foreach (var (key, value) in map ?? [])
        {
            if (value is not JsonValue text || !text.TryGetValue<string>(out _))
            {
                problems.Add(Refusals.InvalidValue($"{field}[{key}]", value?.ToJsonString() ?? "null", "must be a string"));
            }
        }
    }

    private static void OfKey(string key, string field, ImmutableArray<TwinCause>.Builder problems)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        if (slash >= 0 && (slash == 0 || slash > 253 || !Subdomain().IsMatch(key[..slash])))
        {
            problems.Add(Refusals.InvalidValue(field, $"\"{key}\"", slash == 0 ? "prefix part must be non-empty" : $"prefix part {SubdomainRule}"));
        }

        if (name.Length is 0 or > 63 || !LabelKey().IsMatch(name))
        {
            problems.Add(Refusals.InvalidValue(field, $"\"{key}\"", name.Length == 0 ? "name part must be non-empty" : name.Length > 63 ? "name part must be no more than 63 bytes" : KeyRule));
        }
    }

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelName();
}
