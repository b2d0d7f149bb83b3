using System.Text.Json.Nodes;
using Imago.Cli.Json;
using Imago.Cli.Options;
using Imago.Cli.Terminals;

namespace Imago.Cli.Remote;

/// <summary>One command's dealings with the server.</summary>
internal sealed class Session : IDisposable
{
    private readonly Profile _profile;
    private readonly string? _group;
    private readonly string? _subscription;

    private Session(Terminal terminal, Profile profile, ArmClient client, string? group, string? subscription, OutputFormat output, CancellationToken cancellation)
    {
        (Terminal, _profile, Client, _group, _subscription, Output, Cancellation) = (terminal, profile, client, group, subscription, output, cancellation);
    }

    public Terminal Terminal { get; }

    public ArmClient Client { get; }

    public OutputFormat Output { get; }

    /// <summary>Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    public string? SubscriptionOrNone => _subscription ?? _profile.Subscription;

    public string Subscription => SubscriptionOrNone
        ?? throw new UsageException("--subscription: which one is not known. Name it, or log in again with 'imago login --subscription ID'.");

    /// <summary>The group that is named, or that of the profile; null means all.</summary>
    public string? GroupOrAll => _group ?? _profile.Group;

    /// <summary>The group that the command line names.</summary>
    public string? NamedGroup => _group;

    public string Group => GroupOrAll ?? throw new UsageException("--group: in which resource group? Name it with -g GROUP, or set a default with 'imago login --group GROUP'.");

    public static async Task<Session> OpenAsync(
        Terminal terminal, string? group, string? subscription, OutputFormat output, CancellationToken cancellation)
    {
        var file = new ProfileFile(terminal);
        var profile = await file.ReadAsync(cancellation)
            ?? throw new ArmException("No server is known. Run 'imago login --server URL --client-id ID', or set IMAGO_SERVER, IMAGO_CLIENT_ID and IMAGO_CLIENT_SECRET.");
        var http = ServerLink.Open(ServerLink.Address(profile.Server), profile.CaFile);
        return new Session(terminal, profile, new ArmClient(http, profile, file, terminal.Clock), group, subscription, output, cancellation);
    }

    public string ClusterPath(string cluster) => Paths.Cluster(Subscription, Group, cluster);

    /// <summary>The answer: what the API said for programs, a table for people.</summary>
    public async Task AnswerAsync(JsonNode? document, Action<JsonNode> table)
    {
        if (document is null)
        {
            return;
        }

        if (Output == OutputFormat.Json)
        {
            await Terminal.Out.WriteLineAsync(AnswerJson.Document(json => document.WriteTo(json)));
        }
        else
        {
            table(document);
        }
    }

    /// <summary>A sentence for people; programs have the exit code.</summary>
    public async Task SayAsync(string sentence)
    {
        if (Output == OutputFormat.Table)
        {
            await Terminal.Out.WriteLineAsync(sentence);
        }
    }

    /// <summary>A list, for people one row for each; where there is none, <paramref name="none"/> says so.</summary>
    public async Task ListAsync(string path, string none, Func<IReadOnlyList<JsonObject>, TextTable> table)
    {
        var list = await Client.ListAsync(path, Cancellation);
        await AnswerAsync(list, _ =>
        {
            var items = list.Objects("value").ToList();
            if (items.Count == 0)
            {
                Terminal.WriteProse(none);
            }
            else
            {
                table(items).Write(Terminal);
            }
        });
    }

    public void Dispose() => Client.Dispose();
}
