using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Cli.Inputs;
using Imago.Cli.Kubeconfigs;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Domain.Clusters.Pools;

namespace Imago.Cli.Attachments;

/// <summary>How to reach a cluster that Imago did not make: the options that attaching and checking share.</summary>
internal sealed class AttachmentOptions
{
    private const int MostBytes = 64 * 1024;

    public Option<string?> Kubeconfig { get; } = RemoteOptions.Text("--kubeconfig", "Kubeconfig of the cluster; - is standard input [default: KUBECONFIG, else ~/.kube/config].", "FILE");

    public Option<string?> Context { get; } = RemoteOptions.Text("--context", "Context in it [default: its current one].", "NAME");

    public Option<bool> AllowExec { get; } = new("--allow-exec") { Description = "Let the server run the program that the kubeconfig gets credentials from; its settings have to allow it." };

    public Option<string[]> Pools { get; } = new("--pool")
    {
        Description = "A pool and the labels of its nodes, as kubectl -l takes them; may be repeated [default: the usual labels].",
        HelpName = "NAME=SELECTOR",
        Arity = ArgumentArity.OneOrMore,
    };

    public Option<string?> Provider { get; } = RemoteOptions.Choice("--provider", "Who makes and reimages nodes, or, in place, patches them: agents on the nodes [default: nobody].", [.. ProviderKinds.All]);

    public Option<string?> Endpoint { get; } = RemoteOptions.Text("--provider-endpoint", "Address of the node provider.", "URL");

    public Option<string?> TokenFile { get; } = RemoteOptions.Text("--provider-token-file", "File with its bearer token.", "FILE");

    public Option<string?> Authority { get; } = RemoteOptions.Text("--provider-authority", "File with the authority of its certificate, in PEM [default: the system's].", "FILE");

    public Option[] All => [Kubeconfig, Context, AllowExec, Pools, Provider, Endpoint, TokenFile, Authority];

    /// <summary>The request's body: self-contained, with everything the server needs.</summary>
    /// <exception cref="UsageException">Options make no sense together.</exception>
    /// <exception cref="InputException">A file cannot be used.</exception>
    public async Task<JsonObject> BodyAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var pools = PoolsOf(parsed.GetValue(Pools) ?? []);
        var provider = await ProviderAsync(terminal, parsed, cancellation);
        var (text, context) = await KubeconfigPlaces.FlatAsync(terminal, parsed.GetValue(Kubeconfig), parsed.GetValue(Context), parsed.GetValue(AllowExec), cancellation);
        var body = new JsonObject { ["kubeconfig"] = text, ["context"] = context };
        if (pools.Count > 0)
        {
            body["pools"] = pools;
        }

        if (provider is not null)
        {
            body["provider"] = provider;
        }

        return body;
    }

    private static JsonArray PoolsOf(string[] texts)
    {
        var pools = new JsonArray();
        List<string> problems = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            // The first '=' divides: a name has none, a selector may have many.
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var (name, selector) = at < 0 ? (text, "") : (text[..at].Trim(), text[(at + 1)..].Trim());
            if (at < 1)
            {
                problems.Add($"--pool: '{text}' is no pool. Write NAME=SELECTOR, for example workers=kubernetes.io/os=linux.");
            }
            else if (!LabelSelectorText.TryRead(selector, out _, out var problem))
            {
                problems.Add($"--pool {name}: {problem}");
            }
            else if (!names.Add(name))
            {
                problems.Add($"--pool: '{name}' is named twice. Join both selectors, or choose another name.");
            }

            pools.Add((JsonNode)new JsonObject { ["name"] = name, ["selector"] = selector });
        }

        return problems.Count > 0 ? throw new UsageException(string.Join('\n', problems)) : pools;
    }

    private async Task<JsonObject?> ProviderAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var (kind, endpoint) = (parsed.GetValue(Provider), parsed.GetValue(Endpoint));
        if (kind is null)
        {
            return endpoint is null && parsed.GetValue(TokenFile) is null && parsed.GetValue(Authority) is null
                ? null
                : throw new UsageException("--provider-endpoint, --provider-token-file and --provider-authority need --provider external.");
        }

        if (kind is ProviderKinds.InPlace)
        {
            return endpoint is null && parsed.GetValue(TokenFile) is null && parsed.GetValue(Authority) is null
                ? new JsonObject { ["kind"] = kind }
                : throw new UsageException("--provider-endpoint, --provider-token-file and --provider-authority do not go with --provider in-place: agents on the nodes have no address, orders are written on the nodes.");
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--provider-endpoint: {(endpoint is null ? "the address is missing" : $"'{endpoint}' is no address")}. Write one such as https://nodes.example/imago.");
        }

        return new JsonObject
        {
            ["kind"] = kind,
            ["endpoint"] = endpoint,
            ["token"] = await TextAsync(terminal, parsed.GetValue(TokenFile), cancellation),
            ["authorityPem"] = await TextAsync(terminal, parsed.GetValue(Authority), cancellation),
        };
    }

    private static async Task<string?> TextAsync(Terminal terminal, string? file, CancellationToken cancellation)
    {
        if (file is null)
        {
            return null;
        }

        var bytes = await InputFile.BytesAsync(file, MostBytes, terminal, cancellation);
        return bytes.Length is > 0 and <= MostBytes
            ? Encoding.UTF8.GetString(bytes.Span).Trim()
            : throw new InputException($"File '{file}' is {(bytes.Length == 0 ? "empty" : $"larger than {MostBytes / 1024} KiB")}.");
    }
}
