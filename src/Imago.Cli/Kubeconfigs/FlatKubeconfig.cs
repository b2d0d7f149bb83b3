using Imago.Cli.Inputs;
using Imago.Cli.Terminals;
using YamlDotNet.RepresentationModel;

namespace Imago.Cli.Kubeconfigs;

/// <summary>A kubeconfig of one context that needs no file beside it, as it is sent to the server.</summary>
/// <param name="Text">The kubeconfig. A secret.</param>
/// <param name="Context">Name of its context.</param>
/// <param name="Server">Address of the API.</param>
internal sealed record FlatKubeconfig(string Text, string Context, string Server)
{
    // Certificates and keys are some KiB.
    private const int MostBytes = 1024 * 1024;

    private static readonly (string File, string Data)[] ClusterFiles = [("certificate-authority", "certificate-authority-data")];

    private static readonly (string File, string Data)[] UserFiles = [("client-certificate", "client-certificate-data"), ("client-key", "client-key-data")];

    /// <summary>Not the secrets.</summary>
    public override string ToString() => $"kubeconfig of {Server}";

    /// <summary>Takes one context out of a kubeconfig and puts the content of files in their place.</summary>
    /// <param name="document">The kubeconfig.</param>
    /// <param name="context">The context; null: the current one.</param>
    /// <param name="allowExec">Whether a program that fetches credentials is sent along for the server to run.</param>
    /// <param name="terminal">Reads files.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="InputException">Something is missing, or only this machine could use it.</exception>
    public static async Task<FlatKubeconfig> OfAsync(KubeconfigDocument document, string? context, bool allowExec, Terminal terminal, CancellationToken cancellation)
    {
        var contexts = document.Contexts.Count > 0 ? string.Join(", ", document.Contexts) : "none";
        var name = context ?? document.CurrentContext ?? throw new InputException($"The kubeconfig has no current context. Choose one with --context. Contexts: {contexts}.");
        var (chosen, _) = document.Entry("contexts", name) ?? throw new InputException($"The kubeconfig has no context '{name}'. Contexts: {contexts}.");
        var (cluster, clusterFolder) = document.Entry("clusters", KubeconfigDocument.Text(chosen, "cluster") ?? "")
            ?? throw new InputException($"Context '{name}' names cluster '{KubeconfigDocument.Text(chosen, "cluster")}', which the kubeconfig does not have.");
        var (user, userFolder) = document.Entry("users", KubeconfigDocument.Text(chosen, "user") ?? "")
            ?? throw new InputException($"Context '{name}' names user '{KubeconfigDocument.Text(chosen, "user")}', which the kubeconfig does not have.");
        var server = KubeconfigDocument.Text(cluster, "server") ?? throw new InputException($"Context '{name}': its cluster has no server address.");
        RefuseWhatOnlyRunsHere(user, name, allowExec);

        await InlineAsync(cluster, clusterFolder, ClusterFiles, terminal, cancellation);
        await InlineAsync(user, userFolder, UserFiles, terminal, cancellation);
        if (KubeconfigDocument.Text(user, "tokenFile") is { } tokenFile)
        {
            // The file goes before a token that stands beside it.
            var token = await ReadAsync(tokenFile, userFolder, terminal, cancellation);
            KubeconfigDocument.Set(user, "token", KubeconfigDocument.Quoted(System.Text.Encoding.UTF8.GetString(token.Span).Trim()));
            KubeconfigDocument.Remove(user, "tokenFile");
        }

        var flat = KubeconfigDocument.Empty();
        flat.Put("clusters", KubeconfigDocument.Text(chosen, "cluster")!, cluster, overwrite: true);
        flat.Put("users", KubeconfigDocument.Text(chosen, "user")!, user, overwrite: true);
        flat.Put("contexts", name, chosen, overwrite: true);
        flat.CurrentContext = name;
        return new FlatKubeconfig(flat.Write(), name, server);
    }

    private static void RefuseWhatOnlyRunsHere(YamlMappingNode user, string context, bool allowExec)
    {
        var exec = KubeconfigDocument.Child(user, "exec") as YamlMappingNode;
        if ((exec is null || allowExec) && KubeconfigDocument.Child(user, "auth-provider") is null)
        {
            return;
        }

        var program = exec is null ? "an auth-provider" : $"the program '{KubeconfigDocument.Text(exec, "command")}'";
        throw new InputException(
            $"Context '{context}' gets its credentials from {program}, which runs on this machine with your login. The server has neither.{Environment.NewLine}"
            + $"Give the server an account of its own: imago cluster rbac | kubectl --context {context} apply -f -{Environment.NewLine}"
            + $"and make a kubeconfig with its token, as docs/kubernetes/attach.md shows.{(exec is null ? "" : " If the server has the program and its setting kubernetes.execPlugins allows it, add --allow-exec.")}");
    }

    private static async Task InlineAsync(YamlMappingNode node, string folder, (string File, string Data)[] files, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var (file, data) in files)
        {
            if (KubeconfigDocument.Text(node, file) is not { } path)
            {
                continue;
            }

            // As for kubectl, data that stands beside a file goes before it.
            if (KubeconfigDocument.Text(node, data) is null)
            {
                var bytes = await ReadAsync(path, folder, terminal, cancellation);
                KubeconfigDocument.Set(node, data, new YamlScalarNode(Convert.ToBase64String(bytes.Span)));
            }

            KubeconfigDocument.Remove(node, file);
        }
    }

    private static Task<ReadOnlyMemory<byte>> ReadAsync(string path, string folder, Terminal terminal, CancellationToken cancellation) =>
        InputFile.BytesAsync(Path.Combine(folder, path), MostBytes, terminal, cancellation);
}
