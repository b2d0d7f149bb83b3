using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Principals;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Roles;

/// <summary><c>imago role</c>: who may do what, and where.</summary>
internal static class RoleCommands
{
    private const string Everything = "/";

    public static Command Create(Terminal terminal) => new Command("role", "Roles: Reader, Contributor or Owner of a subscription, a group, a cluster, or everything.")
    {
        Assign(terminal), List(terminal), Delete(terminal),
    }.WithExamples(
        "imago role assign --principal pipeline --role Contributor -g rg-shop",
        "imago role list");

    private static RemoteCommand Assign(Terminal terminal)
    {
        var principal = new Option<string>("--principal", "--assignee")
        {
            Description = "Who: name or app id of a service principal, or the object id of somebody at another issuer.", HelpName = "WHO", Required = true,
        };
        var role = RemoteOptions.Choice("--role", "Reader reads, Contributor also writes, Owner also gives roles.", "Reader", "Contributor", "Owner");
        role.Required = true;
        var (cluster, scope) = (Cluster(), Scope());
        return new RemoteCommand(terminal, "assign", "Give somebody a role on a cluster, a group or the subscription.").Takes(principal, role, cluster, scope)
            .Does(async (session, parsed) =>
            {
                var (who, isKnown) = await IdOfAsync(session, parsed.GetValue(principal)!);
                var where = Where(session, parsed, cluster, scope);
                var body = new JsonObject { ["properties"] = new JsonObject { ["principalId"] = who, ["role"] = parsed.GetValue(role) } };
                var answer = await session.Client.SendAsync(HttpMethod.Put, PathOf(where, NameOf(where, who, parsed.GetValue(role)!)), body, session.Cancellation);
                await session.AnswerAsync(answer.Body, given => terminal.WriteProse(
                    $"{parsed.GetValue(principal)} is {given.Text("properties.role")} of {(where == Everything ? "everything" : where)} (assignment {given.Text("name")})."));
                if (!isKnown)
                {
                    terminal.Error.WriteLine($"imago: No service principal of this server is called '{parsed.GetValue(principal)}'. That is right for somebody at another issuer, whose id this is; 'imago principal list' shows the names there are.");
                }
            })
            .WithExamples(
                "imago role assign --principal pipeline --role Contributor -g rg-shop",
                "imago role assign --principal auditor --role Reader --cluster shop -g rg-shop",
                "# everything on the server",
                "imago role assign --principal admin --role Owner --scope /");
    }

    private static RemoteCommand List(Terminal terminal)
    {
        var (cluster, scope) = (Cluster(), Scope());
        return new RemoteCommand(terminal, "list", "List roles given on a scope and below it.").Takes(cluster, scope)
            .Does(async (session, parsed) => await session.ListAsync(PathOf(Where(session, parsed, cluster, scope), null), "Nobody has a role there.", assignments =>
            {
                var table = new TextTable(new("who"), new("role"), new("where"), new("assignment"));
                foreach (var given in assignments)
                {
                    table.Add(given.Text("properties.principalId") ?? "", given.Text("properties.role") ?? "", given.Text("properties.scope") ?? "", given.Text("name") ?? "");
                }

                return table;
            }))
            .WithExamples("imago role list", "imago role list --scope / --output json");
    }

    private static RemoteCommand Delete(Terminal terminal)
    {
        var id = new Argument<string>("ASSIGNMENT") { Description = "Id of the assignment, as 'imago role list' shows it." };
        var (cluster, scope) = (Cluster(), Scope());
        return new RemoteCommand(terminal, "delete", "Take a role away.").Takes(id, cluster, scope)
            .Does(async (session, parsed) =>
            {
                // The server answers the same whether or not it was there; who mistypes an id should learn of it.
                var path = PathOf(Where(session, parsed, cluster, scope), parsed.GetValue(id));
                await session.Client.GetAsync(path, session.Cancellation);
                await session.Client.SendAsync(HttpMethod.Delete, path, null, session.Cancellation);
                await session.SayAsync($"Assignment '{parsed.GetValue(id)}' is taken away.");
            })
            .WithExamples("imago role delete 0f0f0f0f-0000-4000-8000-000000000001 -g rg-shop");
    }

    private static Option<string?> Cluster() => RemoteOptions.Text("--cluster", "On this cluster of the group.", "NAME");

    private static Option<string?> Scope() => RemoteOptions.Text("--scope", "On this resource id; '/' is everything [default: the group if one is named, else the subscription].", "ID");

    // The default group of the login is left out on purpose: a role is given where the command line says, not where a profile does.
    private static string Where(Session session, ParseResult parsed, Option<string?> cluster, Option<string?> scope)
    {
        if (parsed.GetValue(scope) is { } id)
        {
            return id.StartsWith('/') ? id.Length > 1 ? id.TrimEnd('/') : id : throw new UsageException($"--scope: '{id}' is no resource id. It starts with '/subscriptions/', or is '/' for everything.");
        }

        return parsed.GetValue(cluster) is { } name ? session.ClusterPath(name)
            : session.NamedGroup is { } group ? Paths.Group(session.Subscription, group)
            : Paths.Subscription(session.Subscription);
    }

    private static string PathOf(string scope, string? name) =>
        $"{(scope == Everything ? "" : scope)}{Paths.Tenant}/roleAssignments{(name is null ? "" : $"/{Uri.EscapeDataString(name)}")}".With(ApiVersions.Imago);

    // Somebody at another issuer is not known to this server by name; what is not found here is taken as the id that it is.
    private static async Task<(string Id, bool IsKnown)> IdOfAsync(Session session, string principal) =>
        Guid.TryParse(principal, out _) ? (principal, true)
        : (await session.Client.FindAsync(PrincipalCommands.PathOf(principal), session.Cancellation))?.Body.Text("properties.appId") is { } appId ? (appId, true)
        : (principal, false);

    // Derived, so that giving the same role again changes nothing.
    private static string NameOf(string scope, string principal, string role) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{principal}\n{role}".ToUpperInvariant()))[..16]).ToString();
}
