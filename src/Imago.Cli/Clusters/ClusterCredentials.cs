using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
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
        var file = RemoteOptions.Text("--file", "Write it to this file, readable by you alone [default: print it].", "FILE");
        return new RemoteCommand(terminal, "credentials", "Get the kubeconfig with which kubectl reaches a cluster.").Takes(name, admin, file)
            .Does(async (session, parsed) =>
            {
                var which = parsed.GetValue(admin) ? "listClusterAdminCredential" : "listClusterUserCredential";
                var answer = await session.Client.SendAsync(
                    HttpMethod.Post, $"{session.ClusterPath(parsed.GetValue(name)!)}/{which}".With(ApiVersions.ContainerService), null, session.Cancellation);
                if (parsed.GetValue(file) is { } target)
                {
                    await PrivateFile.WriteAsync(target, Encoding.UTF8.GetBytes(Kubeconfig(answer.Body)), session.Cancellation);
                    await terminal.Error.WriteLineAsync($"Written to {target}. Use it: kubectl --kubeconfig {target} get nodes");
                    return;
                }

                await session.AnswerAsync(answer.Body, document => terminal.Out.Write(Kubeconfig(document)));
            })
            .WithExamples(
                "imago cluster credentials shop -g rg-shop --file shop.kubeconfig",
                "imago cluster credentials shop -g rg-shop --admin");
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
