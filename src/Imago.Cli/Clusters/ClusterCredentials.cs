using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Inputs;
using Imago.Cli.Kubeconfigs;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster credentials</c>: the kubeconfig of a cluster.</summary>
internal static class ClusterCredentials
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        var admin = new Option<bool>("--admin") { Description = "As administrator of the cluster." };
        var node = RemoteOptions.Text("--node", "For one machine, as the node of this name: it can touch nothing else. Needs --file.", "NAME");
        var file = RemoteOptions.Text("--file", "Merge it into this file, readable by you alone; - prints it [default: KUBECONFIG, else ~/.kube/config].", "FILE");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace entries of the same name." };
        return new RemoteCommand(terminal, "credentials", "Get the kubeconfig with which kubectl reaches a cluster.").Takes(name, admin, node, file, overwrite)
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var answer = parsed.GetValue(node) is { } one
                    ? await OfNodeAsync(session, cluster, one, parsed.GetValue(admin), parsed.GetValue(file))
                    : await OfCallerAsync(session, cluster, parsed.GetValue(admin));
                if (parsed.GetValue(file) is InputFile.Standard || (parsed.GetValue(file) is null && session.Output == OutputFormat.Json))
                {
                    await session.AnswerAsync(answer.Body, document => terminal.Out.Write(Kubeconfig(document)));
                    return;
                }

                var target = parsed.GetValue(file) ?? KubeconfigPlaces.Writable(terminal);
                var context = await KubeconfigMerge.IntoAsync(Kubeconfig(answer.Body), target, parsed.GetValue(overwrite), session.Cancellation);
                await terminal.Error.WriteLineAsync($"Merged into {target} as context '{context}', which is the current one now. Use it: kubectl {(parsed.GetValue(file) is null ? "" : $"--kubeconfig {target} ")}get {(parsed.GetValue(node) is { } machine ? $"node {machine}" : "nodes")}");
            })
            .WithExamples(
                "imago cluster credentials shop -g rg-shop",
                "imago cluster credentials shop -g rg-shop --file shop.kubeconfig",
                "imago cluster credentials shop -g rg-shop --admin --file -",
                "imago cluster credentials shop -g rg-shop --node rack-7 --file rack-7.kubeconfig");
    }

    private static Task<ArmAnswer> OfCallerAsync(Session session, string cluster, bool admin) => session.Client.SendAsync(
        HttpMethod.Post,
        $"{session.ClusterPath(cluster)}/{(admin ? "listClusterAdminCredential" : "listClusterUserCredential")}".With(ApiVersions.ContainerService), null, session.Cancellation);

    private static Task<ArmAnswer> OfNodeAsync(Session session, string cluster, string node, bool admin, string? file)
    {
        if (admin)
        {
            throw new UsageException("--node and --admin do not go together: the token of a node may touch that node and nothing else.");
        }

        // It is for a machine: nobody wants its context in the place of his own.
        if (file is null)
        {
            throw new UsageException("--node: into which file? Name it with --file FILE, or print it with --file -. It is for the machine, not for your own kubeconfig.");
        }

        return session.Client.SendAsync(
            HttpMethod.Post, $"{Paths.Extension(session.ClusterPath(cluster))}/listNodeCredential".With(ApiVersions.Imago), new JsonObject { ["node"] = node }, session.Cancellation);
    }

    private static string Kubeconfig(JsonNode? answer)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(answer.Objects("kubeconfigs").FirstOrDefault().Text("value") ?? throw new ArmException("The server has no kubeconfig for this cluster.")));
        }
        catch (FormatException problem)
        {
            throw new ArmException("The server's kubeconfig is not in base64.", problem);
        }
    }
}
