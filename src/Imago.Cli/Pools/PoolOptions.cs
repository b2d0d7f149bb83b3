using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;

namespace Imago.Cli.Pools;

/// <summary>Options of a pool that both add and update take. Ranges are the server's business; it lists all that is wrong.</summary>
internal sealed class PoolOptions
{
    private readonly Option<int?> _count = RemoteOptions.Number("--node-count", "Nodes of the pool.");
    private readonly Option<string?> _maxSurge = RemoteOptions.Text("--max-surge", "Extra nodes while upgrading: a number or a share such as 33%.", "number|percent");
    private readonly Option<string?> _maxUnavailable = RemoteOptions.Text("--max-unavailable", "Nodes that may be missing while upgrading in place.", "number|percent");
    private readonly Option<int?> _drainTimeout = RemoteOptions.Number("--drain-timeout", "Minutes that draining one node may take.");
    private readonly Option<int?> _soak = RemoteOptions.Number("--node-soak-duration", "Minutes between drain and reimage.");
    private readonly Option<string?> _undrainable = RemoteOptions.Choice("--undrainable-node-behavior", "Nodes that cannot be drained: back to work and stop, or quarantine and go on.", "Schedule", "Cordon");
    private readonly Option<string?> _maxBlocked = RemoteOptions.Text("--max-blocked-nodes", "Quarantined nodes before the upgrade stops.", "number|percent");
    private readonly Option<string?> _barePods = RemoteOptions.Choice("--bare-pods", "Pods without a controller, which nobody makes again: evict them, or keep them, so that their node cannot be drained.", "Evict", "Keep");

    private readonly Option<string?> _rebootPolicy = RemoteOptions.Choice("--reboot-policy", "Nodes that wait for a reboot under channel Unmanaged: left to others, or drained and rebooted in the window.", "None", "Coordinated");

    public Option[] All => [_count, _maxSurge, _maxUnavailable, _drainTimeout, _soak, _undrainable, _maxBlocked, _barePods, _rebootPolicy];

    /// <summary>Writes what was said into the properties of a pool; the rest of them stays. False when nothing was said.</summary>
    public bool Apply(ParseResult parsed, JsonObject properties)
    {
        var settings = new (string Name, JsonNode? Value)[]
        {
            ("maxSurge", parsed.GetValue(_maxSurge)),
            ("maxUnavailable", parsed.GetValue(_maxUnavailable)),
            ("drainTimeoutInMinutes", parsed.GetValue(_drainTimeout)),
            ("nodeSoakDurationInMinutes", parsed.GetValue(_soak)),
            ("undrainableNodeBehavior", parsed.GetValue(_undrainable)),
            ("maxBlockedNodes", parsed.GetValue(_maxBlocked)),
            ("barePods", parsed.GetValue(_barePods)),
            ("rebootPolicy", parsed.GetValue(_rebootPolicy)),
        };
        foreach (var (name, value) in settings.Where(s => s.Value is not null))
        {
            properties.Child("upgradeSettings")[name] = value;
        }

        if (parsed.GetValue(_count) is { } count)
        {
            properties["count"] = count;
            return true;
        }

        return settings.Any(s => s.Value is not null);
    }
}
