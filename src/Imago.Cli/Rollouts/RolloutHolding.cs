using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using NodaTime.Text;

namespace Imago.Cli.Rollouts;

/// <summary><c>imago rollout pause</c>, <c>resume</c>, <c>abort</c> and <c>override-window</c>.</summary>
internal static class RolloutHolding
{
    public static Command Pause(Terminal terminal)
    {
        var (cluster, pool) = (RemoteOptions.Cluster(), Pool());
        var why = new Option<string>("--why") { Description = "Why; everybody who asks why nothing moves will read it.", HelpName = "text", Required = true };
        return new RemoteCommand(terminal, "pause", "Let no further node of a cluster, or of a pool, be upgraded until you resume. Nodes in flight are finished.").Takes(cluster, pool, why)
            .Does(async (session, parsed) =>
            {
                var body = new JsonObject { ["why"] = parsed.GetValue(why) };
                await PostAsync(session, parsed.GetValue(cluster)!, "pause", WithPool(body, parsed.GetValue(pool)), $"{Scope(parsed.GetValue(cluster)!, parsed.GetValue(pool))} is paused. Go on with: imago rollout resume");
            })
            .WithExamples("imago rollout pause --cluster shop -g rg-shop --why \"sale until Monday\"", "imago rollout pause --cluster shop -g rg-shop --pool apps --why \"looking into cart\"");
    }

    public static Command Resume(Terminal terminal)
    {
        var (cluster, pool) = (RemoteOptions.Cluster(), Pool());
        return new RemoteCommand(terminal, "resume", "Go on after a pause.").Takes(cluster, pool)
            .Does(async (session, parsed) => await PostAsync(
                session, parsed.GetValue(cluster)!, "resume", WithPool([], parsed.GetValue(pool)), $"{Scope(parsed.GetValue(cluster)!, parsed.GetValue(pool))} goes on."))
            .WithExamples("imago rollout resume --cluster shop -g rg-shop");
    }

    // UP-66: nodes in flight are finished.
    public static Command Abort(Terminal terminal)
    {
        var (id, cluster) = (RolloutArgument.Create(), RemoteOptions.Cluster());
        return new RemoteCommand(terminal, "abort", "End a rollout before its time. Nodes in flight are finished; nodes that are upgraded stay so.").Takes(id, cluster)
            .Does(async (session, parsed) => await PostAsync(
                session, parsed.GetValue(cluster)!, $"rollouts/{Uri.EscapeDataString(parsed.GetValue(id)!)}/abort", null,
                $"Rollout '{parsed.GetValue(id)}' ends once its nodes in flight are finished. Follow it with: imago rollout watch {parsed.GetValue(id)} --cluster {parsed.GetValue(cluster)} -g {session.Group}"))
            .WithExamples("imago rollout abort 0f0f0f0f-0000-4000-8000-000000000001 --cluster shop -g rg-shop");
    }

    // MW-13
    public static Command OverrideWindow(Terminal terminal)
    {
        var cluster = RemoteOptions.Cluster();
        var until = InstantOption.Create("--until", "Until when.");
        until.Required = true;
        var why = new Option<string>("--why") { Description = "Why.", HelpName = "text", Required = true };
        return new RemoteCommand(terminal, "override-window", "Let upgrades of a cluster start outside its maintenance window for a while.").Takes(cluster, until, why)
            .Does(async (session, parsed) => await PostAsync(
                session, parsed.GetValue(cluster)!, "overrideWindow",
                new JsonObject { ["until"] = InstantPattern.ExtendedIso.Format(parsed.GetValue(until)!.Value), ["why"] = parsed.GetValue(why) },
                $"Cluster '{parsed.GetValue(cluster)}' needs no window until {TimeText.ToMinute(parsed.GetValue(until))} UTC."))
            .WithExamples("imago rollout override-window --cluster shop -g rg-shop --until 2026-08-09T06:00:00Z --why \"CVE that cannot wait\"");
    }

    private static Option<string?> Pool() => RemoteOptions.Text("--pool", "Only this pool.", "POOL");

    private static string Scope(string cluster, string? pool) => pool is null ? $"Cluster '{cluster}'" : $"Pool '{pool}' of cluster '{cluster}'";

    private static JsonObject WithPool(JsonObject body, string? pool)
    {
        if (pool is not null)
        {
            body["pool"] = pool;
        }

        return body;
    }

    private static async Task PostAsync(Session session, string cluster, string action, JsonObject? body, string done)
    {
        var answer = await session.Client.SendAsync(HttpMethod.Post, $"{Paths.Extension(session.ClusterPath(cluster))}/{action}".With(ApiVersions.Imago), body, session.Cancellation);
        if (session.Output == OutputFormat.Json)
        {
            await session.AnswerAsync(answer.Body, _ => { });
        }
        else
        {
            session.Terminal.WriteProse(done);
        }
    }
}
