using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Groups;

/// <summary><c>imago group</c>: resource groups.</summary>
internal static class GroupCommands
{
    public static Command Create(Terminal terminal) => new Command("group", "Resource groups: what clusters lie in, and what roles are given on.")
    {
        CreateGroup(terminal), List(terminal), Show(terminal), Delete(terminal),
    }.WithExamples("imago group create rg-shop --location north-1", "imago group list");

    private static RemoteCommand CreateGroup(Terminal terminal)
    {
        var name = RemoteOptions.Name("group");
        var location = new Option<string>("--location", "-l") { Description = "Region, for example north-1.", HelpName = "REGION", Required = true };
        var tags = RemoteOptions.Tags();
        return RemoteCommand.OfSubscription(terminal, "create", "Create a resource group; one that is there gets these tags.").Takes(name, location, tags)
            .Does(async (session, parsed) =>
            {
                var body = new JsonObject { ["location"] = parsed.GetValue(location) };
                if (parsed.GetResult(tags) is not null)
                {
                    body["tags"] = TagWords.Read(tags.Name, parsed.GetValue(tags) ?? []);
                }

                var answer = await session.Client.SendAsync(HttpMethod.Put, PathOf(session, parsed.GetValue(name)!), body, session.Cancellation);
                await session.AnswerAsync(answer.Body, group => Facts(group).Write(terminal));
            }).WithExamples("imago group create rg-shop --location north-1 --tags team=web");
    }

    private static RemoteCommand List(Terminal terminal) => RemoteCommand.OfSubscription(terminal, "list", "List resource groups.")
        .Does(async (session, _) => await session.ListAsync(
            $"{Paths.Subscription(session.Subscription)}/resourceGroups".With(ApiVersions.Resources),
            "There is no resource group. Make one: imago group create NAME --location REGION.",
            groups =>
            {
                var table = new TextTable(new("group"), new("location"), new("state"), new("tags"));
                foreach (var group in groups)
                {
                    table.Add(group.Text("name") ?? "", group.Text("location") ?? "", group.Text("properties.provisioningState") ?? "", TagText.Of(group));
                }

                return table;
            })).WithExamples("imago group list", "imago group list --output json");

    private static RemoteCommand Show(Terminal terminal)
    {
        var name = RemoteOptions.Name("group");
        return RemoteCommand.OfSubscription(terminal, "show", "Show a resource group.").Takes(name)
            .Does(async (session, parsed) => await session.AnswerAsync(
                (await session.Client.GetAsync(PathOf(session, parsed.GetValue(name)!), session.Cancellation)).Body, group => Facts(group).Write(terminal)))
            .WithExamples("imago group show rg-shop");
    }

    private static RemoteCommand Delete(Terminal terminal)
    {
        var name = RemoteOptions.Name("group");
        var (yes, noWait) = (RemoteOptions.Yes(), RemoteOptions.NoWait());
        return RemoteCommand.OfSubscription(terminal, "delete", "Delete a resource group with everything in it.").Takes(name, yes, noWait)
            .Does(async (session, parsed) =>
            {
                var group = parsed.GetValue(name)!;
                await Confirmation.AskAsync(terminal, $"Delete group '{group}' with everything in it?", parsed.GetValue(yes), session.Cancellation);
                var answer = await session.Client.SendAsync(HttpMethod.Delete, PathOf(session, group), null, session.Cancellation);
                await new LongOperation(session, $"Deleting group '{group}'", $"imago group show {group}").EndAsync(answer, null, parsed.GetValue(noWait));
                if (!parsed.GetValue(noWait))
                {
                    await session.SayAsync($"Group '{group}' is deleted.");
                }
            }).WithExamples("imago group delete rg-shop --yes");
    }

    private static string PathOf(Session session, string group) => Paths.Group(session.Subscription, group).With(ApiVersions.Resources);

    private static FactList Facts(JsonNode group) => new FactList()
        .Add("group", group.Text("name")).Add("location", group.Text("location")).Add("state", group.Text("properties.provisioningState")).Add("tags", TagText.Of(group)).Add("id", group.Text("id"));
}
