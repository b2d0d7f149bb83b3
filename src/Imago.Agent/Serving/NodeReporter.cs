using System.Text;
using System.Text.Json.Nodes;
using Imago.Agent.Deciding;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using Imago.NodeOs.Machine;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Agent.Serving;

/// <summary>Writes to the node what the agent knows, when it is not there yet. What cannot be written is written later, as it is then.</summary>
internal sealed partial class NodeReporter(KubernetesClient client, NodeFollower follower, string node, OsRelease system, string version, TimeProvider time, ILogger log)
{
    // An agent writes a handful of reports per order; a mistake must not make it write in a circle.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, ToldCondition> _told = new(StringComparer.Ordinal);
    private long? _last;
    private int _failures;

    /// <summary>When it has to be tried again; null: all is said.</summary>
    public Instant? RetryAt { get; private set; }

    /// <summary>Says what is not said yet.</summary>
    /// <returns>Whether the node says all of it now.</returns>
    public async Task<bool> TellAsync(AgentState state, string bootId, CancellationToken cancellation)
    {
        if (follower.Node is not { } seen)
        {
            return false;
        }

        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var metadata = NodePatches.Metadata(seen, AgentReports.Of(state, bootId, system, version, now), state, AgentReports.FirstImage(system)?.Text);
        var conditions = AgentReports.Conditions(state).ToList();
        var status = NodePatches.Status(seen, conditions, _told, now);
        if (metadata is null && status is null)
        {
            RetryAt = null;
            return true;
        }

        try
        {
            await PaceAsync(cancellation);

            // Conditions first: whoever waits for the report finds them as well.
            var done = await WriteAsync(status, isStatus: true, cancellation) && await WriteAsync(metadata, isStatus: false, cancellation);
            if (done)
            {
                conditions.ForEach(c => _told[c.Type] = c);
                (_failures, RetryAt) = (0, null);
                return true;
            }
        }
#pragma warning disable CA1031 // Whatever keeps a report from being written must not keep a machine from being patched.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogNotWritten(node, failure.Message);
        }

        var wait = TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << Math.Min(_failures++, 10), LongestWait.Ticks));
        RetryAt = now + Duration.FromTimeSpan(wait);
        return false;
    }

    private async Task<bool> WriteAsync(JsonObject? patch, bool isStatus, CancellationToken cancellation)
    {
        if (patch is null)
        {
            return true;
        }

        var (key, body) = (new ObjectKey("", node), Encoding.UTF8.GetBytes(patch.ToJsonString()));
        var answer = isStatus
            ? await client.PatchStatusAsync(ResourceTypes.Nodes, key, body, cancellation)
            : await client.PatchAsync(ResourceTypes.Nodes, key, PatchKind.Merge, body, cancellation);
        if (answer.Object is { } now)
        {
            follower.Answered(now);
            return true;
        }

        LogNotWritten(node, answer.Refusal?.ToString() ?? "");
        return false;
    }

    private async Task PaceAsync(CancellationToken cancellation)
    {
        if (_last is { } last && time.GetElapsedTime(last) is var passed && passed < Shortest)
        {
            await Task.Delay(Shortest - passed, time, cancellation);
        }

        _last = time.GetTimestamp();
    }
}
