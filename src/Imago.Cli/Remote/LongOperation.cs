using System.Text.Json.Nodes;
using Spectre.Console;

namespace Imago.Cli.Remote;

/// <summary>Waits for what the server does after it has answered.</summary>
/// <param name="session">The session.</param>
/// <param name="what">What is done, in the -ing form: <c>Creating cluster 'shop'</c>.</param>
/// <param name="follow">The command that tells how far it is.</param>
internal sealed class LongOperation(Session session, string what, string follow)
{
    private const string Succeeded = "Succeeded";

    // Where the server names no pause; it is our own server, so there is no reason for Azure's 30 s.
    private static readonly TimeSpan ByDefault = TimeSpan.FromSeconds(2);

    private static readonly string[] Ends = [Succeeded, "Failed", "Canceled"];

    /// <summary>The resource once the operation has ended well; the first answer's document with <paramref name="noWait"/>, null after a deletion.</summary>
    /// <param name="answer">To the request that began it.</param>
    /// <param name="resource">Where the resource is read at the end; null when there is nothing to read.</param>
    /// <param name="noWait">Whether to leave it alone.</param>
    /// <exception cref="ArmException">It failed, or was canceled.</exception>
    public async Task<JsonNode?> EndAsync(ArmAnswer answer, string? resource, bool noWait)
    {
        var watched = Watched(answer, resource);
        if (watched is null)
        {
            return answer.Body;
        }

        if (noWait)
        {
            await session.SayAsync($"{what} goes on in the server. Follow it with: {follow}");
            return session.Output == Options.OutputFormat.Json ? answer.Body : null;
        }

        try
        {
            await WatchAsync(watched, answer.RetryAfter);
        }
        catch (OperationCanceledException)
        {
            await session.Terminal.Error.WriteLineAsync($"imago: {what} goes on in the server. Follow it with: {follow}");
            throw;
        }

        return resource is null ? null : (await session.Client.GetAsync(resource, session.Cancellation)).Body;
    }

    // AZ-48: an operation document, a place for the result, or the state of the resource itself, whatever the server offers.
    private Func<Task<(string Status, JsonNode? Body, ArmAnswer Answer)>>? Watched(ArmAnswer answer, string? resource)
    {
        if (answer.Operation is { } operation)
        {
            var path = session.Client.OwnPath(operation.OriginalString);
            return async () =>
            {
                var said = await session.Client.GetAsync(path, session.Cancellation);
                return (said.Body.Text("status") ?? "InProgress", said.Body, said);
            };
        }

        if (answer is { Status: 202, Location: { } location })
        {
            var path = session.Client.OwnPath(location.OriginalString);
            return async () =>
            {
                var said = await session.Client.GetAsync(path, session.Cancellation);
                return (said.Status == 202 ? "InProgress" : Succeeded, said.Body, said);
            };
        }

        return resource is not null && answer.Body.Text("properties.provisioningState") is { } state && !IsEnd(state)
            ? async () =>
            {
                var said = await session.Client.GetAsync(resource, session.Cancellation);
                return (said.Body.Text("properties.provisioningState") ?? Succeeded, said.Body, said);
            }
            : null;
    }

    private async Task WatchAsync(Func<Task<(string Status, JsonNode? Body, ArmAnswer Answer)>> ask, TimeSpan? firstPause)
    {
        if (session.Terminal.Progress is not { } console)
        {
            await session.Terminal.Error.WriteLineAsync($"{what} …");
            await PollAsync(ask, firstPause, async progress => await session.Terminal.Error.WriteLineAsync($"{what}: {progress}"));
            return;
        }

        await console.Status().StartAsync(Markup.Escape($"{what} …"), async context => await PollAsync(ask, firstPause, progress =>
        {
            context.Status(Markup.Escape($"{what}: {progress}"));
            return Task.CompletedTask;
        }));
    }

    private async Task PollAsync(Func<Task<(string Status, JsonNode? Body, ArmAnswer Answer)>> ask, TimeSpan? pause, Func<string, Task> progress)
    {
        string? told = null;
        while (true)
        {
            await Task.Delay(RetryRules.Within(pause ?? ByDefault), session.Terminal.Clock, session.Cancellation);
            var (status, body, answer) = await ask();
            if (IsEnd(status))
            {
                ThrowUnlessSucceeded(status, body);
                return;
            }

            var now = body.Number("percentComplete") is { } percent ? $"{percent} %" : null;
            if (now is not null && now != told)
            {
                told = now;
                await progress(now);
            }

            pause = answer.RetryAfter;
        }
    }

    private void ThrowUnlessSucceeded(string status, JsonNode? body)
    {
        if (string.Equals(status, Succeeded, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var why = ArmError.Read(body);
        throw new ArmException($"{what} ended as {status}{(why is null ? "." : $": {why.Text()}")}") { Code = why?.Code };
    }

    private static bool IsEnd(string status) => Array.Exists(Ends, e => string.Equals(e, status, StringComparison.OrdinalIgnoreCase));
}
