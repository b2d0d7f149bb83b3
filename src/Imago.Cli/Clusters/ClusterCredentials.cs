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
        var file = RemoteOptions.Text("--file", "Merge it into this file, readable by you alone; - prints it [default: KUBECONFIG, else ~/.kube/config].", "FILE");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace entries of the same name." };
        return new RemoteCommand(terminal, "credentials", "Get the kubeconfig with which kubectl reaches a cluster.").Takes(name, admin, file, overwrite)
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var which = parsed.GetValue(admin) ? "listClusterAdminCredential" : "listClusterUserCredential";
                var answer = await session.Client.SendAsync(
                    HttpMethod.Post, $"{session.ClusterPath(cluster)}/{which}".With(ApiVersions.ContainerService), null, session.Cancellation);
                if (parsed.GetValue(file) is InputFile.Standard || (parsed.GetValue(file) is null && session.Output == OutputFormat.Json))
                {
                    await session.AnswerAsync(answer.Body, document => terminal.Out.Write(Kubeconfig(document)));
                    return;
                }

                var target = parsed.GetValue(file) ?? KubeconfigPlaces.Writable(terminal);
                var context = await KubeconfigMerge.IntoAsync(Kubeconfig(answer.Body), target, parsed.GetValue(overwrite), session.Cancellation);
                await terminal.Error.WriteLineAsync($"Merged into {target} as context '{context}', which is the current one now. Use it: kubectl {(parsed.GetValue(file) is null ? "" : $"--kubeconfig {target} ")}get nodes");
            })
            .WithExamples(
                "imago cluster credentials shop -g rg-shop",
                "imago cluster credentials shop -g rg-shop --file shop.kubeconfig",
                "imago cluster credentials shop -g rg-shop --admin --file -");
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
