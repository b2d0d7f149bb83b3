using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Configuration;

/// <summary>Writes one context as a kubeconfig that needs no other file.</summary>
internal static class KubeconfigWriter
{
    public static string Write(ChosenContext chosen)
    {
        var (context, cluster, user) = chosen;
        var root = new YamlMappingNode();
        Add(root, "apiVersion", "v1");
        Add(root, "kind", "Config");
        Add(root, "current-context", context.Name);
        root.Add("clusters", ListOf(cluster.Name, "cluster", ClusterNode(chosen, cluster)));
        root.Add("contexts", ListOf(context.Name, "context", ContextNode(context)));
        root.Add("users", ListOf(user.Name, "user", UserNode(chosen, user)));
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(root)).Save(text, assignAnchors: false);
        return text.ToString();
    }

    private static YamlMappingNode ContextNode(KubeContext context)
    {
        var node = new YamlMappingNode();
        Add(node, "cluster", context.Cluster);
        Add(node, "user", context.User);
        Add(node, "namespace", context.Namespace);
        return node;
    }

    private static YamlMappingNode ClusterNode(ChosenContext chosen, KubeCluster cluster)
    {
        var node = new YamlMappingNode();
        Add(node, "server", cluster.Server);
        AddData(node, "certificate-authority-data", cluster.Authority.Read($"{chosen.Subject}: certificate authority"));
        Add(node, "tls-server-name", cluster.TlsServerName);
        AddFlag(node, "insecure-skip-tls-verify", cluster.SkipVerification);
        Add(node, "proxy-url", cluster.Proxy);
        if (cluster.ExecConfig is { } config)
        {
            node.Add("extensions", ListOf("client.authentication.k8s.io/exec", "extension", config));
        }

        return node;
    }

    private static YamlMappingNode UserNode(ChosenContext chosen, KubeUser user)
    {
        var node = new YamlMappingNode();
        AddData(node, "client-certificate-data", user.Certificate.Read($"{chosen.Subject}: client certificate"));
        AddData(node, "client-key-data", user.Key.Read($"{chosen.Subject}: client key"));

        // A token file wins over a token, as in every client.
        Add(node, "token", user.TokenFile is { } file ? TokenFileCredential.ReadFile(file, chosen.Subject) : user.Token);
        Add(node, "username", user.UserName);
        Add(node, "password", user.Password);
        if (user.Exec is { } plugin)
        {
            node.Add("exec", ExecNode(plugin));
        }

        return node;
    }

    private static YamlMappingNode ExecNode(ExecPlugin plugin)
    {
        var node = new YamlMappingNode();
        Add(node, "apiVersion", plugin.ApiVersion);
        Add(node, "command", plugin.Command);
        if (!plugin.Arguments.IsEmpty)
        {
            node.Add("args", new YamlSequenceNode(plugin.Arguments.Select(Scalar)));
        }

        if (!plugin.Environment.IsEmpty)
        {
            node.Add("env", new YamlSequenceNode(plugin.Environment.Select(e => new YamlMappingNode("name", Scalar(e.Key), "value", Scalar(e.Value)))));
        }

        Add(node, "installHint", plugin.InstallHint);
        Add(node, "interactiveMode", plugin.InteractiveMode);
        AddFlag(node, "provideClusterInfo", plugin.ProvideClusterInfo);
        return node;
    }

    private static YamlSequenceNode ListOf(string name, string field, YamlNode node) => new(new YamlMappingNode("name", Scalar(name), field, node));

    private static void Add(YamlMappingNode node, string field, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            node.Add(field, Scalar(text));
        }
    }

    private static void AddData(YamlMappingNode node, string field, byte[]? data) => Add(node, field, data is null ? null : Convert.ToBase64String(data));

    private static void AddFlag(YamlMappingNode node, string field, bool flag)
    {
        if (flag)
        {
            node.Add(field, "true");
        }
    }

    // Quoted, so that no text is taken for a number or a flag.
    private static YamlScalarNode Scalar(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };
}
