using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Kubernetes.Providers.External;

namespace Imago.Kubernetes.Providers.Checking;

/// <summary>
/// Tries a provider out without harm: only reads and dry runs are sent, and one request that is refused before anything else because its epoch is 0. A provider without
/// dry runs is asked for less.
/// </summary>
/// <remarks>Rules: UP-25, UP-80.</remarks>
public sealed class ProviderCheck : IDisposable
{
    // One answer may be slow; more than that is a finding.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);
    private static readonly string[] NeededVerbs = ["Create", "Reimage", "Delete"];

    private const int NeededRetention = 7;

    private readonly ProviderProbe _probe;
    private readonly TimeProvider _clock;
    private readonly ProviderLink _link;
    private readonly string _suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly ImmutableArray<Finding>.Builder _findings = ImmutableArray.CreateBuilder<Finding>();

    /// <summary>Prepares the check; nothing is sent yet.</summary>
    /// <exception cref="ConnectionException">It cannot be reached like this; the message says what to change.</exception>
    public ProviderCheck(ProviderAccess access, ProviderProbe probe, TimeProvider clock, ProviderOptions? options = null) =>
        (_probe, _clock, _link) = (probe, clock, new ProviderLink(access, options ?? new ProviderOptions(), clock));

    /// <summary>Checks; what was found, in the order of the checks. A provider that nobody reaches is one finding.</summary>
    public async ValueTask<ImmutableArray<Finding>> RunAsync(CancellationToken cancellation)
    {
        _findings.Clear();
        if (await ReachedAsync(cancellation) is not { } capabilities)
        {
            return _findings.ToImmutable();
        }

        Limits = capabilities.Limits;
        Claims(capabilities);
        await TryAsync("ProviderAuthentication", "authentication", AuthenticationAsync, cancellation);
        await TryAsync("ProviderUnknownOperation", "operations", UnknownAsync, cancellation);
        if (!capabilities.DryRun)
        {
            Add("ProviderDryRun", FindingLevel.Warning, "dryRun", "It offers no dry runs, so epochs, bodies and permissions cannot be tried without touching a node.", "Let the provider support dryRun.");
            return _findings.ToImmutable();
        }

        await TryAsync("ProviderStaleEpoch", "epochs", StaleAsync, cancellation);
        await TryAsync("ProviderInvalidRequest", "requests", InvalidAsync, cancellation);
        await TryAsync("ProviderDryRun", "dryRun", DryRunAsync, cancellation);
        return _findings.ToImmutable();
    }

    /// <summary>What the provider said it has room for, once it was checked; null: it was not reached.</summary>
    public ProviderLimits? Limits { get; private set; }

    public void Dispose() => _link.Dispose();

    private async ValueTask<ProviderDescription?> ReachedAsync(CancellationToken cancellation)
    {
        try
        {
            var begun = _clock.GetTimestamp();
            var answer = await _link.SendAsync(HttpMethod.Get, "/", null, cancellation);
            var took = _clock.GetElapsedTime(begun);
            if (answer.Status != HttpStatusCode.OK)
            {
                throw answer.Refused();
            }

            var told = ExternalProvider.DescriptionOf(answer);
            Add("ProviderReachable", took > Slow ? FindingLevel.Warning : FindingLevel.Good, _link.Base.AbsoluteUri, $"{told.Name} {told.Version} answered in {took.TotalMilliseconds:0} ms.", took > Slow ? "Find out why it is slow: every pass of a rollout asks it." : "");
            ClockOf(answer);
            return told;
        }
        catch (ConnectionException problem)
        {
            Add("ProviderReachable", FindingLevel.Problem, _link.Base.AbsoluteUri, problem.Message, "Check endpoint, token and authority, and that the provider runs.");
            return null;
        }
    }

    private void ClockOf(ProviderAnswer answer)
    {
        if (answer.Date is not { } date)
        {
            Add("ProviderClock", FindingLevel.Warning, "Date", "Answers carry no Date header, so a clock that goes wrong cannot be told.", "Let the provider send the header, as HTTP asks for.");
            return;
        }

        var ahead = date - _clock.GetUtcNow();
        Add(
            "ProviderClock", ahead.Duration() > ClockTolerance ? FindingLevel.Note : FindingLevel.Good, "Date",
            ahead.Duration() > ClockTolerance ? $"Its clock is {ahead.Duration().TotalSeconds:0} seconds {(ahead > TimeSpan.Zero ? "ahead" : "behind")}. Imago makes up for it." : "Its clock agrees with this machine's.", "");
    }

    private void Claims(ProviderDescription told)
    {
        var missing = NeededVerbs.Except(told.Verbs, StringComparer.Ordinal).ToList();
        Add(
            "ProviderVerbs", missing.Count == 0 ? FindingLevel.Good : missing.Contains("Reimage") ? FindingLevel.Problem : FindingLevel.Warning, "verbs",
            missing.Count == 0 ? told.Limits.Reboots ? "It can create, reimage, delete and reboot nodes." : "It can create, reimage and delete nodes." : $"It cannot do {string.Join(", ", missing)}.",
            missing.Count == 0 ? "" : missing.Contains("Reimage") ? "Without Reimage no node can be upgraded." : "Set max surge to 0 and max unavailable above it: there will be no surge nodes.");
        if (told.NamesNodes)
        {
            Add("ProviderNames", FindingLevel.Problem, "namesNodes", "It names nodes itself. Imago notes the name of a node before the node is made, so that a crash in between leaves no node that nobody knows.", "Let the provider register nodes under the name in the request.");
        }

        if (told.RetentionDays < NeededRetention)
        {
            Add("ProviderRetention", FindingLevel.Problem, "retentionDays", $"It remembers operations that have ended for {told.RetentionDays} days. An upgrade that waits for its next window asks after them for longer, and would have them done again.", $"Let it remember them for at least {NeededRetention} days.");
        }

        // UP-25: size and surge together must stay within the provider's limit.
        var limit = _probe.Pool is { } pool ? told.Limits.LargestPoolOf(pool) : told.LargestPool;
        if (limit is { } most)
        {
            Add("ProviderLimits", FindingLevel.Note, _probe.Pool is null ? "limits" : $"pool {_probe.Pool}", $"At most {most.ToString(CultureInfo.InvariantCulture)} nodes in a pool, surge nodes included.", "");
        }
    }

    private async ValueTask AuthenticationAsync(CancellationToken cancellation)
    {
        var without = await _link.SendAsync(HttpMethod.Get, "/", null, null, cancellation);
        if (without.Status == HttpStatusCode.OK)
        {
            Add("ProviderAuthentication", FindingLevel.Problem, "authentication", "It answers whoever asks, without a token: everybody who reaches it may delete nodes.", "Let the provider ask for a bearer token.");
            return;
        }

        var wrong = await _link.SendAsync(HttpMethod.Get, "/", null, $"wrong-{_suffix}", cancellation);
        var statuses = $"no token: {(int)without.Status}, a wrong one: {(int)wrong.Status}";
        if (without.Status != HttpStatusCode.Unauthorized || wrong.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            Add("ProviderAuthentication", FindingLevel.Problem, "authentication", $"It answers {statuses}.", "Answer 401 without a token, and 401 or 403 to a wrong one.");
        }
        else if (without.Problem is null || wrong.Problem is null)
        {
            Add("ProviderAuthentication", FindingLevel.Warning, "authentication", $"It refuses as it should ({statuses}), but not with problem details.", "Answer refusals with application/problem+json and a code.");
        }
        else
        {
            Add("ProviderAuthentication", FindingLevel.Good, "authentication", $"Strangers are refused ({statuses}).", "");
        }
    }

    private async ValueTask UnknownAsync(CancellationToken cancellation)
    {
        var answer = await _link.SendAsync(HttpMethod.Get, $"/operations/{Id("unknown")}", null, cancellation);
        var isRight = answer.Status == HttpStatusCode.NotFound && answer.Problem?.Code == ProtocolCodes.OperationNotFound;
        Add(
            "ProviderUnknownOperation", isRight ? FindingLevel.Good : FindingLevel.Problem, "operations",
            isRight ? "An operation that was never begun is not found." : $"An operation that was never begun is answered with {Of(answer)}.",
            isRight ? "" : $"Answer 404 with problem details of code {ProtocolCodes.OperationNotFound}.");
    }

    private async ValueTask StaleAsync(CancellationToken cancellation)
    {
        var answer = await PutAsync("stale", Request("Delete", epoch: 0), cancellation);
        var isRight = answer.Status == HttpStatusCode.Conflict && answer.Problem?.Code == ProviderCodes.StaleEpoch;
        Add(
            "ProviderStaleEpoch", isRight ? FindingLevel.Good : FindingLevel.Problem, "epochs",
            isRight ? "A writer that has been overtaken is refused." : $"A request of epoch 0 is answered with {Of(answer)}: two servers could work on one cluster.",
            isRight ? "" : $"Answer 409 with problem details of code {ProviderCodes.StaleEpoch} to every epoch below the highest one seen of the cluster, and below 1.");
    }

    private async ValueTask InvalidAsync(CancellationToken cancellation)
    {
        var answer = await _link.SendAsync(HttpMethod.Put, $"/operations/{Id("invalid")}", """{"verb":"Molt","dryRun":true}"""u8.ToArray(), cancellation);
        var isRight = answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && answer.Problem?.Code is { Length: > 0 };
        Add(
            "ProviderInvalidRequest", isRight ? FindingLevel.Good : FindingLevel.Problem, "requests",
            isRight ? "A request that makes no sense is refused with a reason." : $"A request that makes no sense is answered with {Of(answer)}.",
            isRight ? "" : $"Answer 400 with problem details of code {ProtocolCodes.InvalidRequest} that say what is wrong.");
    }

    private async ValueTask DryRunAsync(CancellationToken cancellation)
    {
        if (_probe is not { Pool: not null, Node: not null, Image: not null })
        {
            Add("ProviderDryRun", FindingLevel.Note, "dryRun", "No reimage was tried, because no pool, node and image were named.", "Name them to try one without carrying it out.");
            return;
        }

        var answer = await PutAsync("dry-run", Request("Reimage", epoch: 1), cancellation);
        if (answer.Problem is { Code: ProviderCodes.StaleEpoch })
        {
            Add("ProviderDryRun", FindingLevel.Note, "dryRun", $"Not tried: cluster '{_probe.Cluster}' is worked on by a server, and only that one knows the epoch.", "");
            return;
        }

        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted))
        {
            Add("ProviderDryRun", FindingLevel.Problem, $"node {_probe.Node}", $"A reimage to '{_probe.Image}' would be refused: {Of(answer)}.", "Check that the provider knows cluster, pool, node and image under these names.");
            return;
        }

        var told = answer.Read(ProviderJson.Default.WireOperation);
        if (told is { State: "Failed" })
        {
            Add("ProviderDryRun", FindingLevel.Problem, $"node {_probe.Node}", $"A reimage to '{_probe.Image}' would fail: {told.Error?.Code}: {told.Error?.Message}", "Check that the provider knows cluster, pool, node and image under these names.");
            return;
        }

        var after = await _link.SendAsync(HttpMethod.Get, $"/operations/{Id("dry-run")}", null, cancellation);
        var isForgotten = after.Status == HttpStatusCode.NotFound;
        Add(
            "ProviderDryRun", isForgotten ? FindingLevel.Good : FindingLevel.Problem, $"node {_probe.Node}",
            isForgotten ? $"It would reimage it to '{_probe.Image}'." : "A dry run left an operation behind, and may have been carried out.",
            isForgotten ? "" : "Look at the node; let dry runs neither begin nor remember anything.");
    }

    private WireRequest Request(string verb, long epoch) => new(
        verb, _probe.Cluster, _probe.Pool ?? "imago-check", _probe.Node ?? "imago-check", verb == "Delete" ? null : _probe.Image, null, epoch, DryRun: true);

    private ValueTask<ProviderAnswer> PutAsync(string name, WireRequest request, CancellationToken cancellation) =>
        _link.SendAsync(HttpMethod.Put, $"/operations/{Id(name)}", JsonSerializer.SerializeToUtf8Bytes(request, ProviderJson.Default.WireRequest), cancellation);

    private string Id(string name) => $"imago-check-{name}.{_suffix}";

    private static string Of(ProviderAnswer answer) => answer.Problem is { } problem ? $"{(int)answer.Status} {problem.Code}{(problem.Detail is { } detail ? $" ({detail.TrimEnd('.')})" : "")}" : $"{(int)answer.Status} without problem details";

    private async ValueTask TryAsync(string code, string subject, Func<CancellationToken, ValueTask> check, CancellationToken cancellation)
    {
        try
        {
            await check(cancellation);
        }
        catch (ConnectionException problem)
        {
            Add(code, FindingLevel.Problem, subject, problem.Message, "");
        }
    }

    private void Add(string code, FindingLevel level, string subject, string message, string remedy) => _findings.Add(new Finding(code, level, subject, message, remedy));
}
