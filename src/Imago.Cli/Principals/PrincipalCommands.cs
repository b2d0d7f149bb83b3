using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Principals;

/// <summary><c>imago principal</c>: who may sign in at the server's own issuer.</summary>
internal static class PrincipalCommands
{
    public static Command Create(Terminal terminal) => new Command("principal", "Service principals: who may log in to this server with a secret.")
    {
        CreatePrincipal(terminal), List(terminal), Delete(terminal),
    }.WithExamples("imago principal create pipeline", "imago principal list");

    private static RemoteCommand CreatePrincipal(Terminal terminal)
    {
        var name = RemoteOptions.Name("principal");
        var newSecret = new Option<bool>("--new-secret") { Description = "Give one that is there a new secret; the old one ends." };
        return RemoteCommand.OfTenant(terminal, "create", "Make a service principal, and show its secret this once.").Takes(name, newSecret)
            .Does(async (session, parsed) =>
            {
                var who = parsed.GetValue(name)!;
                var path = PathOf(who);
                if (!parsed.GetValue(newSecret) && await session.Client.FindAsync(path, session.Cancellation) is { } found && !IsDisabled(found.Body))
                {
                    throw new InputException($"There is a service principal '{who}' ({found.Body.Text("properties.appId")}). Choose another name, or give it a new secret with --new-secret.");
                }

                var properties = new JsonObject { ["enabled"] = true, ["newSecret"] = true };
                var answer = await session.Client.SendAsync(HttpMethod.Put, path, new JsonObject { ["properties"] = properties }, session.Cancellation);
                await session.AnswerAsync(answer.Body, principal =>
                {
                    new FactList()
                        .Add("name", principal.Text("properties.displayName")).Add("app id", principal.Text("properties.appId")).Add("secret", principal.Text("properties.secret")).Write(terminal);
                    terminal.WriteProse("The secret is shown this once. Give the principal a role with: imago role assign");
                });
            })
            .WithExamples("imago principal create pipeline", "imago principal create pipeline --new-secret --output json");
    }

    private static RemoteCommand List(Terminal terminal) => RemoteCommand.OfTenant(terminal, "list", "List service principals.")
        .Does(async (session, _) => await session.ListAsync($"{Paths.Tenant}/servicePrincipals".With(ApiVersions.Imago), "There is no service principal.", principals =>
        {
            var table = new TextTable(new("name"), new("app id"), new("state"), new("created (UTC)", IsOptional: true));
            foreach (var principal in principals)
            {
                table.Add(
                    principal.Text("properties.displayName") ?? "", principal.Text("properties.appId") ?? "", IsDisabled(principal) ? "disabled" : "enabled",
                    TimeText.ToMinute(principal.Moment("properties.createdAt")));
            }

            return table;
        })).WithExamples("imago principal list");

    private static RemoteCommand Delete(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name or app id of the principal." };
        var yes = RemoteOptions.Yes();
        return RemoteCommand.OfTenant(terminal, "delete", "Let a service principal log in no more. Its name stays in the activity log.").Takes(name, yes)
            .Does(async (session, parsed) =>
            {
                var who = parsed.GetValue(name)!;
                await Confirmation.AskAsync(terminal, $"Shut out service principal '{who}'?", parsed.GetValue(yes), session.Cancellation);
                await session.Client.SendAsync(HttpMethod.Delete, PathOf(who), null, session.Cancellation);
                await session.SayAsync($"Service principal '{who}' may log in no more.");
            })
            .WithExamples("imago principal delete pipeline --yes");
    }

    /// <summary>Where a principal is read, by name or app id.</summary>
    internal static string PathOf(string principal) => $"{Paths.Tenant}/servicePrincipals/{Uri.EscapeDataString(principal)}".With(ApiVersions.Imago);

    private static bool IsDisabled(JsonNode? principal) => principal.Text("properties.enabled") == "false";
}
