using System.CommandLine;
using System.Text;
using Imago.Application.Attachments;
using Imago.Cli.Help;
using Imago.Cli.Inputs;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Kubernetes.Providers.Checking;
using Imago.Kubernetes.Providers.External;

namespace Imago.Cli.Providers;

/// <summary><c>imago provider</c>: node providers of clusters that Imago did not make.</summary>
internal static class ProviderCommands
{
    private const int LongestToken = 16 * 1024;
    private const int LargestAuthority = 1024 * 1024;

    public static Command Create(Terminal terminal) => new Command("provider", "Node providers: who makes, reimages and deletes the nodes of attached clusters.")
    {
        Check(terminal),
    }.WithExamples("imago provider check --endpoint https://nodes.example.com --token-file token.txt");

    private static Command Check(Terminal terminal)
    {
        var endpoint = new Option<string>("--endpoint") { Description = "Address of the provider.", HelpName = "URL", Required = true };
        var token = RemoteOptions.Text("--token-file", "File with its bearer token; '-' reads standard input.", "FILE");
        var authority = RemoteOptions.Text("--authority", "Certificates (PEM) that the provider's may come from; no others are trusted then.", "FILE");
        var cluster = RemoteOptions.Text("--cluster", $"Key of the cluster that dry runs name [default: {new ProviderProbe().Cluster}, which is nobody's].", "KEY");
        var pool = RemoteOptions.Text("--pool", "Pool that a dry run names.", "POOL");
        var node = RemoteOptions.Text("--node", "Node whose reimage is tried without carrying it out.", "NODE");
        var image = RemoteOptions.Text("--image", "Image of that reimage.", "IMAGE");
        var output = OutputOption.Create();
        var command = new Command("check", "Try a node provider out without harm: only reads and dry runs are sent.") { endpoint, token, authority, cluster, pool, node, image, output };
        command.Validators.Add(result =>
        {
            if (new[] { pool, node, image }.Count(o => result.GetResult(o) is not null) is 1 or 2)
            {
                result.AddError("--pool, --node and --image belong together: name all of them, or none.");
            }
        });
        command.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            if (!Uri.TryCreate(parsed.GetValue(endpoint), UriKind.Absolute, out var address))
            {
                throw new UsageException($"--endpoint: '{parsed.GetValue(endpoint)}' is not an address. Write for example https://nodes.example.com.");
            }

            var access = new ProviderAccess(
                ExternalProvider.Kind, address, await TextAsync(parsed.GetValue(token), LongestToken, terminal, cancellation), await TextAsync(parsed.GetValue(authority), LargestAuthority, terminal, cancellation));
            var probe = new ProviderProbe { Pool = parsed.GetValue(pool), Node = parsed.GetValue(node), Image = parsed.GetValue(image) };
            using var check = new ProviderCheck(access, parsed.GetValue(cluster) is { } key ? probe with { Cluster = key } : probe, terminal.Clock);
            var findings = await check.RunAsync(cancellation);
            ProviderReport.Write(terminal, address, findings, parsed.GetValue(output));
            return findings.Any(f => f.Level == FindingLevel.Problem) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command.WithExamples(
            "# capabilities, authentication, epochs",
            "imago provider check --endpoint https://nodes.example.com --token-file token.txt",
            "# and whether it would reimage a node",
            "imago provider check --endpoint https://nodes.example.com --token-file token.txt --authority ca.crt --pool apps --node apps-0003 --image acme-linux-202609.03.0");
    }

    private static async Task<string?> TextAsync(string? file, int most, Terminal terminal, CancellationToken cancellation)
    {
        if (file is null)
        {
            return null;
        }

        var bytes = await InputFile.BytesAsync(file, most, terminal, cancellation);
        return bytes.Length <= most
            ? Encoding.UTF8.GetString(bytes.Span).Trim()
            : throw new InputException($"File '{file}' has more than {most} bytes, which is not what belongs here. Check the path.");
    }
}
