using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Documents;
using Imago.Cli.Remote;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using NodaTime;

namespace Imago.Cli.Apply;

/// <summary>Turns documents into the resources they want. Everything that is wrong is collected: nothing is written before all of it is right.</summary>
internal sealed class DesiredReader(string? subscription, string? group, Instant now)
{
    // They say what and where a resource is, or are the server's own.
    private static readonly string[] Addressing = ["type", "id", "name", "resourceGroup", "subscription", "apiVersion", "dependsOn", "resources", "agentPools", "maintenanceConfigurations", "eTag", "systemData"];

    private readonly List<DesiredResource> _resources = [];

    public List<string> Problems { get; } = [];

    /// <summary>The resources in the order in which they are written.</summary>
    public IReadOnlyList<DesiredResource> Read(IEnumerable<(JsonNode? Document, string Where)> documents)
    {
        foreach (var (document, where) in documents)
        {
            if (document is JsonObject whole)
            {
                Add(whole, where, parent: null, kind: null);
            }
            else if (document is not null)
            {
                Problems.Add($"{where}: a document is an object with 'type', 'name' and 'properties'.");
            }
        }

        foreach (var twice in _resources.GroupBy(r => r.Address).Where(g => g.Count() > 1))
        {
            Problems.Add($"{string.Join(" and ", twice.Select(r => r.Where))}: {twice.Key.Label} is there twice. Keep one of them.");
        }

        // The sort is stable: of one kind, what stands first is written first.
        return [.. _resources.OrderBy(r => r.Address.Kind)];
    }

    private void Add(JsonObject document, string where, ResourceAddress? parent, ResourceKind? kind)
    {
        if (AddressOf(document, where, parent, kind) is not { } address)
        {
            return;
        }

        var label = $"{where} ({address.Label})";
        var allowed = address.Kind.BodyMembers();
        var strangers = document.Select(m => m.Key).Where(k => !allowed.Contains(k, StringComparer.Ordinal) && !Addressing.Contains(k, StringComparer.Ordinal)).ToList();
        if (strangers.Count > 0)
        {
            Problems.Add($"{label}: {string.Join(", ", strangers.Select(s => $"'{s}'"))} {(strangers.Count == 1 ? "is" : "are")} not known here. Allowed are {string.Join(", ", allowed)}.");
        }

        var body = new JsonObject(allowed.Where(document.ContainsKey).Select(m => KeyValuePair.Create(m, document[m]?.DeepClone())));
        Judge(address, body, label);
        _resources.Add(new DesiredResource(address, body, where));
        Nested(document, address, where);
    }

    private void Nested(JsonObject document, ResourceAddress address, string where)
    {
        var nested = new[] { ("resources", (ResourceKind?)null), ("agentPools", ResourceKind.Pool), ("maintenanceConfigurations", ResourceKind.Maintenance) };
        foreach (var (member, kind) in nested.Where(n => document[n.Item1] is not null))
        {
            if (address.Kind != ResourceKind.Cluster || document[member] is not JsonArray children)
            {
                Problems.Add($"{where} ({address.Label}): '{member}' is a list inside a cluster.");
                continue;
            }

            foreach (var (i, child) in children.Index())
            {
                var place = $"{where}.{member}[{i}]";
                if (child is JsonObject whole)
                {
                    Add(whole, place, address, kind);
                }
                else
                {
                    Problems.Add($"{place}: a document is an object with 'name' and 'properties'.");
                }
            }
        }
    }

    // What can be judged without the server; it judges everything once more.
    private void Judge(ResourceAddress address, JsonObject body, string label)
    {
        var schema = address.Kind switch
        {
            ResourceKind.Group => GroupSchema.Resource,
            ResourceKind.Cluster => ManagedClusterSchema.Resource,
            ResourceKind.Pool => AgentPoolSchema.Resource,
            _ => null,
        };
        if (schema is not null)
        {
            var (_, found) = SchemaReader.Read(schema, body, ApiVersion.Of(address.Kind == ResourceKind.Group ? ApiVersions.Resources : ApiVersions.ContainerService));
            Problems.AddRange(found.Select(p => $"{label}: {p.Path}: {p.Message}"));
            return;
        }

        var document = new JsonObject { ["name"] = address.Child, ["properties"] = body["properties"]?.DeepClone() };
        var (_, problems) = MaintenanceDocument.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), now, isStored: true);
        Problems.AddRange(problems.Select(p => $"{label}: {(p.Path.Length == 0 ? "" : $"{p.Path}: ")}{p.Message}"));
    }

    private ResourceAddress? AddressOf(JsonObject document, string where, ResourceAddress? parent, ResourceKind? kind)
    {
        if (document.Text("id") is { } id)
        {
            var read = ResourceAddress.Read(id);
            if (read is null)
            {
                Problems.Add($"{where}: id '{id}' is no id of a resource that can be applied: {ResourceKinds.Allowed}.");
            }

            return read;
        }

        var type = document.Text("type");
        kind ??= type is null ? null : parent is null ? ResourceKinds.Of(type) : ResourceKinds.OfChild(type);
        if (kind is not { } known)
        {
            Problems.Add(type is null ? $"{where}: 'type' is missing. Write one of {ResourceKinds.Allowed}." : $"{where}: type '{type}' is not known. Write one of {ResourceKinds.Allowed}.");
            return null;
        }

        // As in templates, what lies in a cluster is named "cluster/name" where it does not stand in it.
        var names = document.Text("name")?.Split('/') ?? [];
        if (parent is not null && names.Length == 1)
        {
            names = [parent.Cluster!, names[0]];
        }

        var depth = known is ResourceKind.Pool or ResourceKind.Maintenance ? 2 : 1;
        if (names.Length != depth || names.Any(n => n.Length == 0))
        {
            Problems.Add($"{where}: 'name' {(document.Text("name") is { } name ? $"'{name}' " : "")}{(names.Length == 0 ? "is missing" : "does not fit")}. {(depth == 2 ? $"A {known.Word()} is named 'cluster/name', or stands in its cluster." : $"A {known.Word()} has one name.")}");
            return null;
        }

        var lies = known == ResourceKind.Group ? names[0] : parent?.Group ?? document.Text("resourceGroup") ?? group;
        var under = parent?.Subscription ?? document.Text("subscription") ?? subscription;
        if (lies is null || under is null)
        {
            Problems.Add($"{where}: {(lies is null ? "'resourceGroup' is missing. Name it there, or with -g GROUP." : "'subscription' is missing. Name it there, or with --subscription ID.")}");
            return null;
        }

        return known switch
        {
            ResourceKind.Group => new(known, under, lies, null, null),
            ResourceKind.Cluster => new(known, under, lies, names[0], null),
            _ => new(known, under, lies, names[0], names[1]),
        };
    }
}
