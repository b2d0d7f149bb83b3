using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Configuration;

/// <summary>Reads the text of a kubeconfig. Fields that Imago does not know are skipped, as every client does.</summary>
internal sealed class KubeconfigReader
{
    private const string ExecExtension = "client.authentication.k8s.io/exec";

    // Deeper than any kubeconfig. Reading nodes recurses, and a text that somebody sends must not exhaust the stack of a server.
    private const int Deepest = 50;

    private readonly string _source;
    private readonly string? _folder;
    private readonly List<string> _problems = [];

    private KubeconfigReader(string source, string? folder) => (_source, _folder) = (source, folder);

    public static Kubeconfig Read(string text, string source, string? folder)
    {
        YamlStream yaml = [];
        try
        {
            var (depth, hasAliases) = Measure(text);
            if (depth > Deepest)
            {
                throw new KubeconfigException($"Kubeconfig {source} is no kubeconfig: it is nested deeper than {Deepest} levels.");
            }

            if (hasAliases)
            {
                throw new KubeconfigException($"Kubeconfig {source} has YAML aliases ('*name'), which no tool writes there. Write out what they stand for: 'kubectl config view --raw' does.");
            }

            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // The text of the line is not shown: it may be a secret.
            throw new KubeconfigException($"Kubeconfig {source} is not readable as YAML: line {e.Start.Line}, column {e.Start.Column}.", e);
        }

        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw new KubeconfigException($"Kubeconfig {source} is no kubeconfig: it has to be one document with 'clusters', 'users' and 'contexts'.");
        }

        return new KubeconfigReader(source, folder).Read(root);
    }

    private Kubeconfig Read(YamlMappingNode root)
    {
        var contexts = Named(root, "contexts", "context", (name, node) => new KubeContext(name, Text(node, "cluster") ?? "", Text(node, "user") ?? "", Text(node, "namespace")));
        var clusters = Named(root, "clusters", "cluster", ClusterOf);
        var users = Named(root, "users", "user", UserOf);
        return _problems.Count == 0
            ? new Kubeconfig(Text(root, "current-context"), contexts, clusters, users, _source)
            : throw new KubeconfigException($"Kubeconfig {_source}: {string.Join(" ", _problems)}");
    }

    private ImmutableSortedDictionary<string, TEntry> Named<TEntry>(YamlMappingNode root, string list, string field, Func<string, YamlMappingNode, TEntry> make)
    {
        var entries = ImmutableSortedDictionary.CreateBuilder<string, TEntry>(StringComparer.Ordinal);
        foreach (var item in Items(root, list).OfType<YamlMappingNode>())
        {
            if (Text(item, "name") is not { } name)
            {
                _problems.Add($"An entry of '{list}' has no name.");
                continue;
            }

            // Of two with one name the first one counts, as between files.
            entries.TryAdd(name, make(name, Field(item, field) as YamlMappingNode ?? []));
        }

        return entries.ToImmutable();
    }

    private KubeCluster ClusterOf(string name, YamlMappingNode node) => new(name, _source)
    {
        Server = Text(node, "server") ?? "",
        Authority = FileOrDataOf(node, "certificate-authority", $"cluster '{name}'"),
        TlsServerName = Text(node, "tls-server-name"),
        SkipVerification = Flag(node, "insecure-skip-tls-verify"),
        Proxy = Text(node, "proxy-url"),
        ExecConfig = Items(node, "extensions").OfType<YamlMappingNode>().Where(e => Text(e, "name") == ExecExtension).Select(e => Field(e, "extension")).FirstOrDefault(),
    };

    private KubeUser UserOf(string name, YamlMappingNode node) => new(name, _source)
    {
        Certificate = FileOrDataOf(node, "client-certificate", $"user '{name}'"),
        Key = FileOrDataOf(node, "client-key", $"user '{name}'"),
        Token = Text(node, "token"),
        TokenFile = Text(node, "tokenFile") is { } file ? PathOf(file) : null,
        UserName = Text(node, "username"),
        Password = Text(node, "password"),
        AuthProvider = Field(node, "auth-provider") is YamlMappingNode provider ? Text(provider, "name") ?? "unnamed" : null,
        Exec = Field(node, "exec") is YamlMappingNode exec ? ExecOf(name, exec) : null,
    };

    private ExecPlugin? ExecOf(string user, YamlMappingNode node)
    {
        var version = Text(node, "apiVersion") ?? "";
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            _problems.Add($"User '{user}': exec has apiVersion '{version}'; client.authentication.k8s.io/v1 and v1beta1 are supported. Create the kubeconfig anew with a current tool.");
            return null;
        }

        if (Text(node, "command") is not { } command)
        {
            _problems.Add($"User '{user}': exec has no command.");
            return null;
        }

        return new ExecPlugin(version, command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? PathOf(command) : command)
        {
            Arguments = [.. Items(node, "args").OfType<YamlScalarNode>().Select(a => a.Value ?? "")],
            Environment = [.. Items(node, "env").OfType<YamlMappingNode>().Select(e => KeyValuePair.Create(Text(e, "name") ?? "", Text(e, "value") ?? "")).Where(e => e.Key.Length > 0)],
            InstallHint = Text(node, "installHint"),
            InteractiveMode = Text(node, "interactiveMode") ?? "IfAvailable",
            ProvideClusterInfo = Flag(node, "provideClusterInfo"),
        };
    }

    private FileOrData FileOrDataOf(YamlMappingNode node, string field, string subject)
    {
        byte[]? data = null;
        if (Text(node, field + "-data") is { } text)
        {
            try
            {
                data = Convert.FromBase64String(text);
            }
            catch (FormatException)
            {
                _problems.Add($"{char.ToUpperInvariant(subject[0])}{subject[1..]}: {field}-data is not base64.");
            }
        }

        return new FileOrData(Text(node, field) is { } file ? PathOf(file) : null, data);
    }

    private string PathOf(string path) => _folder is null ? path : Path.GetFullPath(path, _folder);

    // Aliases let a few lines stand for billions of nodes, or for themselves; looking through them would take for ever, or exhaust the stack.
    private static (int Depth, bool HasAliases) Measure(string text)
    {
        var parser = new Parser(new StringReader(text));
        var (depth, deepest, hasAliases) = (0, 0, false);
        while (deepest <= Deepest && !hasAliases && parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            deepest = Math.Max(deepest, depth);
            hasAliases = parser.Current is AnchorAlias;
        }

        return (deepest, hasAliases);
    }

    private static YamlNode? Field(YamlMappingNode node, string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var value) ? value : null;

    private static IEnumerable<YamlNode> Items(YamlMappingNode node, string name) => Field(node, name) is YamlSequenceNode list ? list.Children : [];

    private static string? Text(YamlMappingNode node, string name) => Field(node, name) is YamlScalarNode { Value: { Length: > 0 } value } scalar && !IsNull(scalar) ? value : null;

    private static bool IsNull(YamlScalarNode scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~";

    private bool Flag(YamlMappingNode node, string name)
    {
        if (Text(node, name) is not { } text)
        {
            return false;
        }

        if (!bool.TryParse(text, out var flag))
        {
            _problems.Add($"'{name}' is '{text}'; allowed are true and false.");
        }

        return flag;
    }
}
