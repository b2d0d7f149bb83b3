using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Kubernetes.Providers.External;

/// <summary>A node provider of somebody else's, over the open protocol. It translates and decides nothing. Safe for use from several threads.</summary>
/// <remarks>Rules: UP-11, UP-25, UP-27, UP-35, UP-80. The protocol is described in docs/kubernetes/provider-protocol.md.</remarks>
public sealed class ExternalProvider : INodeProvider, IDisposable
{
    /// <summary>The kind that attachments name.</summary>
    public const string Kind = ProviderKinds.External;

    // Refusals of one rollout are few; more than these are of rollouts that have ended.
    private const int MostRefusals = 1000;

    private const int LongestProgress = 200;

    // HTTP tells time in whole seconds, and an answer takes some time to arrive: below this clocks count as equal.
    private static readonly Duration ClockTolerance = Duration.FromSeconds(5);

    private readonly string _cluster;
    private readonly TimeProvider _clock;
    private readonly ProviderLink _link;

    // Requests that the provider refused are nothing it remembers. Whoever asks after them is told here, so that the rollout ends with the reason.
    private readonly ConcurrentDictionary<string, ProviderOperation> _refusals = new(StringComparer.Ordinal);

    public ExternalProvider(string clusterKey, ProviderAccess access, TimeProvider clock, ProviderOptions? options = null) =>
        (_cluster, _clock, _link) = (clusterKey, clock, new ProviderLink(access, options ?? new ProviderOptions(), clock));

    private Instant Now => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    public async ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation)
    {
        // UP-27: no zone is asked for; CH-6: nor a Kubernetes version.
        var body = new WireRequest(
            WireIds.Of(request.Verb), _cluster, request.Pool, request.Node, request.Image, request.Level?.ToString(), request.Epoch);
        var answer = await _link.SendAsync(
            HttpMethod.Put, PathOf(request.OperationId), JsonSerializer.SerializeToUtf8Bytes(body, ProviderJson.Default.WireRequest), cancellation);
        if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted)
        {
            return Read(answer, request.OperationId);
        }

        if (answer.Status is not (HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity) || answer.Problem is not { Code.Length: > 0 } problem)
        {
            throw answer.Refused();
        }

        var refusal = new ProviderOperation(request.OperationId, OperationState.Failed, Now, problem.Code, problem.Detail ?? problem.Title ?? "the provider gives no reason");
        if (!string.Equals(problem.Code, ProviderCodes.StaleEpoch, StringComparison.Ordinal))
        {
            Remember(refusal);
        }

        return refusal;
    }

    public async ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation)
    {
        var answer = await _link.SendAsync(HttpMethod.Get, PathOf(operationId), null, cancellation);
        return answer.Status switch
        {
            HttpStatusCode.OK => Read(answer, operationId),

            // Of a wrong address one would conclude that nothing was begun, and begin it.
            HttpStatusCode.NotFound when answer.Problem is { Code: ProtocolCodes.OperationNotFound } => _refusals.GetValueOrDefault(operationId),
            _ => throw answer.Refused(),
        };
    }

    /// <summary>What the provider says of itself; a provider that cannot be reached, or speaks another protocol, is a <see cref="ConnectionException"/> (UP-80).</summary>
    public async ValueTask<ProviderDescription> DescribeAsync(CancellationToken cancellation)
    {
        var answer = await _link.SendAsync(HttpMethod.Get, "/", null, cancellation);
        return answer.Status == HttpStatusCode.OK ? DescriptionOf(answer) : throw answer.Refused();
    }

    /// <inheritdoc />
    public async ValueTask<ProviderLimits?> LimitsAsync(CancellationToken cancellation) => (await DescribeAsync(cancellation)).Limits;

    public void Dispose() => _link.Dispose();

    internal static ProviderDescription DescriptionOf(ProviderAnswer answer)
    {
        var told = answer.Read(ProviderJson.Default.WireCapabilities);
        if (told.Protocol != ProviderDescription.Protocol)
        {
            throw answer.Nonsense($"protocol is {told.Protocol?.ToString() ?? "missing"}, and this Imago speaks {ProviderDescription.Protocol}");
        }

        if (told.Name is not { Length: > 0 } || told.Version is not { Length: > 0 } || told.Verbs is null)
        {
            throw answer.Nonsense("name, version or verbs are missing");
        }

        var pools = (told.Limits?.Pools ?? new Dictionary<string, WirePoolLimits>(StringComparer.Ordinal)).Where(p => p.Value.LargestPool is not null)
            .ToImmutableSortedDictionary(p => p.Key, p => p.Value.LargestPool!.Value, StringComparer.Ordinal);
        return new ProviderDescription(
            told.Name, told.Version, [.. told.Verbs], told.DryRun ?? false, told.LongPolling ?? false, told.NamesNodes ?? false, told.RetentionDays ?? 0, told.Limits?.LargestPool, pools);
    }

    private string PathOf(string operationId) => $"/operations/{WireIds.Of(_cluster, operationId)}";

    private void Remember(ProviderOperation refusal)
    {
        if (_refusals.Count >= MostRefusals)
        {
            _refusals.Clear();
        }

        _refusals[refusal.Id] = refusal;
    }

    private ProviderOperation Read(ProviderAnswer answer, string operationId)
    {
        var told = answer.Read(ProviderJson.Default.WireOperation);
        if (!string.Equals(told.Id, WireIds.Of(_cluster, operationId), StringComparison.Ordinal))
        {
            throw answer.Nonsense($"it is about operation '{told.Id}'");
        }

        var state = told.State switch
        {
            "Running" => OperationState.Running,
            "Succeeded" => OperationState.Succeeded,
            "Failed" => OperationState.Failed,
            _ => throw answer.Nonsense($"state is '{told.State}'; it is Running, Succeeded or Failed"),
        };
        if (state == OperationState.Running)
        {
            return new ProviderOperation(operationId, state, null, null, null) { Progress = TextOf(told.Progress) };
        }

        if (told.EndedAt is not { } ended)
        {
            throw answer.Nonsense($"the operation is {told.State}, but endedAt is missing");
        }

        if (state == OperationState.Failed && told.Error?.Code is not { Length: > 0 })
        {
            throw answer.Nonsense("the operation is Failed, but error.code is missing");
        }

        // UP-35: codes are passed on as they are; which of them mean that there is no room, the domain knows.
        var error = state == OperationState.Failed ? told.Error : null;
        return new ProviderOperation(operationId, state, ByOurClock(Instant.FromDateTimeOffset(ended), answer.Date), error?.Code, error is null ? null : error.Message ?? "the provider gives no reason");
    }

    private static string? TextOf(WireProgress? progress)
    {
        var message = progress?.Message is { Length: > 0 } text ? text[..Math.Min(text.Length, LongestProgress)] : null;
        var percent = progress?.Percent is { } share and >= 0 and <= 100 ? $"{share} %" : null;
        return percent is null ? message : message is null ? percent : $"{percent}: {message}";
    }

    // How long a node may take to become Ready counts from here. A provider whose clock is ahead or behind must neither cut that time nor stretch it, so what counts is
    // how long ago it ended by the provider's own clock.
    private Instant ByOurClock(Instant ended, DateTimeOffset? date)
    {
        var now = Now;
        if (date is { } theirs)
        {
            var ahead = Instant.FromDateTimeOffset(theirs) - now;
            if (ahead > ClockTolerance || ahead < -ClockTolerance)
            {
                ended -= ahead;
            }
        }

        return Instant.Min(ended, now);
    }
}
