using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Cli.Kubeconfigs;

/// <summary>
/// A kubeconfig as the tree it is written as: it is somebody's own file, and what Imago does not know in it has to survive.
/// </summary>
internal sealed class KubeconfigDocument
{
    private readonly YamlMappingNode _root;

    private KubeconfigDocument(YamlMappingNode root) => _root = root;

    /// <summary>The context that is used when none is named; null: none is set.</summary>
    public string? CurrentContext
    {
        get => Text(_root, "current-context") is { Length: > 0 } name ? name : null;
        set => Set(_root, "current-context", Quoted(value!));
    }

    /// <summary>Names of all contexts.</summary>
    public IReadOnlyList<string> Contexts => [.. Entries("contexts").Select(e => Text(e, "name") ?? "")];

    /// <summary>One without any entry.</summary>
    public static KubeconfigDocument Empty() => Parse("", "apiVersion: v1\nkind: Config\n");

    /// <summary>Reads one.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="InputException">It is none.</exception>
    public static KubeconfigDocument Parse(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException problem)
        {
            throw new InputException($"File '{file}', line {problem.Start.Line}: {(problem.InnerException ?? problem).Message}", problem);
        }

        if (stream.Documents.Count == 0)
        {
            return Empty();
        }

        if (stream.Documents[0].RootNode is not YamlMappingNode root || Text(root, "kind") is { } kind && kind != "Config")
        {
            throw new InputException($"File '{file}' is no kubeconfig: it has to be an object of kind Config. Make one with 'kubectl config view --raw --minify'.");
        }

        return new KubeconfigDocument(root);
    }

    /// <summary>An entry of <c>clusters</c>, <c>contexts</c> or <c>users</c>: what stands under its singular; null if there is none.</summary>
    public YamlMappingNode? Entry(string list, string name) => Find(list, name) is { } entry ? Child(entry, list[..^1]) as YamlMappingNode ?? [] : null;

    /// <summary>Puts an entry in the place of one of its name; false if there is another one and nothing may be replaced.</summary>
    public bool Put(string list, string name, YamlMappingNode body, bool overwrite)
    {
        var there = Find(list, name);
        if (there is not null && Child(there, list[..^1]) is { } before && !before.Equals(body) && !overwrite)
        {
            return false;
        }

        if (there is not null)
        {
            Set(there, list[..^1], body);
        }
        else
        {
            Add(list, new YamlMappingNode(new YamlScalarNode("name"), Quoted(name), new YamlScalarNode(list[..^1]), body));
        }

        return true;
    }

    /// <summary>Its text.</summary>
    public string Write()
    {
        var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(_root)).Save(text, assignAnchors: false);

        // A document end mark is of no use to anybody.
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>A scalar member; null if it is absent or null.</summary>
    public static string? Text(YamlMappingNode node, string name) => Child(node, name) is YamlScalarNode { Value: { } value } scalar
        && !(scalar.Style == ScalarStyle.Plain && value is "" or "~" or "null") ? value : null;

    private static YamlNode? Child(YamlMappingNode node, string name) => node.Children.FirstOrDefault(c => c.Key is YamlScalarNode key && key.Value == name).Value;

    private static void Set(YamlMappingNode node, string name, YamlNode value)
    {
        Remove(node, name);
        node.Add(new YamlScalarNode(name), value);
    }

    private static void Remove(YamlMappingNode node, string name)
    {
        if (node.Children.FirstOrDefault(c => c.Key is YamlScalarNode key && key.Value == name).Key is { } there)
        {
            node.Children.Remove(there);
        }
    }

    // Stays a text, whatever it looks like: a context may be called null, or 1.
    private static YamlScalarNode Quoted(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };

    private IEnumerable<YamlMappingNode> Entries(string list) => (Child(_root, list) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>() ?? [];

    private YamlMappingNode? Find(string list, string name) => Entries(list).FirstOrDefault(e => Text(e, "name") == name);

    private void Add(string list, YamlMappingNode entry)
    {
        if (Child(_root, list) is not YamlSequenceNode all)
        {
            all = [];
            Set(_root, list, all);
        }

        // A list that was written as `[]` would else grow in one line.
        all.Style = YamlDotNet.Core.Events.SequenceStyle.Block;
        all.Add(entry);
    }
}
