using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Inputs;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Login;

/// <summary><c>imago login</c>: signs in to a server, and remembers which one.</summary>
internal sealed class LoginCommand
{
    private const string SecretVariable = "IMAGO_CLIENT_SECRET";

    private const int LongestSecret = 4096;

    private readonly Terminal _terminal;
    private readonly Option<string?> _server = RemoteOptions.Text("--server", "Address of the server [default: that of the last login, else of the server on this machine].", "URL");
    private readonly Option<string?> _clientId = RemoteOptions.Text("--client-id", "App id of the service principal [default: that of the last login].", "ID");
    private readonly Option<string?> _secret = RemoteOptions.Text("--client-secret", $"Its secret; '-' reads standard input [default: {SecretVariable} of the environment]. What is written here stays in the history of the shell.", "SECRET");
    private readonly Option<string?> _caFile = RemoteOptions.Text("--ca-file", "Certificates (PEM) that the server's may come from; no others are trusted then [default: what a server on this machine made for itself].", "FILE");
    private readonly Option<string?> _tenant = RemoteOptions.Text("--tenant", "Tenant at an issuer that serves several, such as Entra ID.", "ID");
    private readonly Option<string?> _subscription = RemoteOptions.Text("--subscription", "Subscription that is meant where none is named: id or name [default: the first].", "ID");
    private readonly Option<string?> _group = RemoteOptions.Text("--group", "Resource group that is meant where none is named.", "GROUP");
    private readonly Option<bool> _remember = new("--remember") { Description = "Keep the secret in the profile, so that the login renews itself. Without, it ends with its token, usually after an hour." };

    private LoginCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var login = new LoginCommand(terminal);
        var command = new Command("login", "Log in to an Imago server as a service principal; the commands that follow talk to it.")
        {
            login._server, login._clientId, login._secret, login._caFile, login._tenant, login._subscription, login._group, login._remember,
        };
        command.SetInterruptibleAction(login.RunAsync);
        return command.WithExamples(
            "# to the server on this machine, with the client id that 'imago server init' printed; the secret is in IMAGO_CLIENT_SECRET",
            "imago login --client-id 6f0e4a52-0000-4000-8000-000000000001",
            "# to another one",
            "imago login --server https://imago.example.com --ca-file ca.crt --client-id 6f0e4a52-0000-4000-8000-000000000001",
            "# the secret from standard input; the login renews itself from now on",
            "pass show imago | imago login --client-secret - --remember",
            "# another default group, same server and client",
            "imago login --group rg-shop");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var file = new ProfileFile(_terminal);
        var before = await file.ReadAsync(cancellation);
        var server = ServerLink.Address(parsed.GetValue(_server)?.TrimEnd('/') ?? before?.Server ?? (LocalServer.CaFile(_terminal) is null
            ? throw new UsageException($"--server: to which server? Name its address, for example {LocalServer.Address}.")
            : LocalServer.Address));
        var address = server.GetLeftPart(UriPartial.Authority);

        // What was learnt from one server says nothing about another.
        var known = before is not null && string.Equals(before.Server, address, StringComparison.OrdinalIgnoreCase) ? before : new Profile { Server = address };
        var clientId = parsed.GetValue(_clientId) ?? known.ClientId ?? throw new UsageException("--client-id: as whom? Name the app id of a service principal.");
        var secret = await SecretAsync(parsed, string.Equals(clientId, known.ClientId, StringComparison.OrdinalIgnoreCase) ? known.ClientSecret : null, cancellation);
        var profile = known with
        {
            Server = address,
            CaFile = parsed.GetValue(_caFile) is { } ca ? Path.GetFullPath(ca) : known.CaFile ?? (server is { IsLoopback: true, Scheme: "https" } ? LocalServer.CaFile(_terminal) : null),
            Tenant = parsed.GetValue(_tenant) ?? known.Tenant,
            Group = parsed.GetValue(_group) ?? known.Group,
            ClientId = clientId,
            ClientSecret = secret,
            Token = null,
        };

        using var http = ServerLink.Open(server, profile.CaFile);
        profile = await SignIn.SignedInAsync(http, profile, secret, _terminal.Clock, cancellation);
        using var client = new ArmClient(http, profile, file, _terminal.Clock);
        var subscriptions = (await client.ListAsync("/subscriptions".With(ApiVersions.Subscriptions), cancellation)).Objects("value").ToList();
        var subscription = Chosen(subscriptions, parsed.GetValue(_subscription) ?? known.Subscription);
        await file.WriteAsync(
            profile with { Subscription = subscription?.Text("subscriptionId"), ClientSecret = parsed.GetValue(_remember) || known.ClientSecret is not null && !IsFromEnvironment(known) ? secret : null },
            cancellation);
        Report(profile, subscription, subscriptions.Count);
        return ExitCode.Ok;
    }

    private bool IsFromEnvironment(Profile known) => string.Equals(known.ClientSecret, _terminal.Environment(SecretVariable), StringComparison.Ordinal);

    private async Task<string> SecretAsync(ParseResult parsed, string? remembered, CancellationToken cancellation)
    {
        if (parsed.GetValue(_secret) is not { } given)
        {
            return _terminal.Environment(SecretVariable) is { Length: > 0 } said ? said : remembered
                ?? throw new UsageException($"--client-secret: the secret is missing. Set {SecretVariable}, or write '--client-secret -' and give it on standard input.");
        }

        if (!string.Equals(given, InputFile.Standard, StringComparison.Ordinal))
        {
            return given;
        }

        var read = Encoding.UTF8.GetString((await InputFile.BytesAsync(given, LongestSecret, _terminal, cancellation)).Span).TrimEnd('\r', '\n');
        return read.Length > 0 ? read : throw new UsageException("--client-secret: standard input was empty.");
    }

    private static JsonObject? Chosen(List<JsonObject> subscriptions, string? wanted)
    {
        if (wanted is null)
        {
            return subscriptions.FirstOrDefault();
        }

        bool Is(JsonObject subscription, string member) => string.Equals(subscription.Text(member), wanted, StringComparison.OrdinalIgnoreCase);
        return subscriptions.Find(s => Is(s, "subscriptionId")) ?? subscriptions.Find(s => Is(s, "displayName"))
            ?? throw new InputException($"--subscription: there is no subscription '{wanted}' that this client may read. {(subscriptions.Count == 0 ? "It may read none." : $"It may read {string.Join(", ", subscriptions.Select(s => s.Text("subscriptionId")))}.")}");
    }

    private void Report(Profile profile, JsonObject? subscription, int count)
    {
        _terminal.WriteProse($"Logged in to {profile.Server} as {profile.ClientId}.");
        _terminal.WriteProse(subscription is null
            ? "This client may read no subscription yet. Give it a role: imago role assign."
            : $"Subscription {subscription.Text("displayName")} ({subscription.Text("subscriptionId")}){(count > 1 ? $", the default of {count}" : "")}{(profile.Group is null ? "" : $", group {profile.Group}")}.");
    }
}
