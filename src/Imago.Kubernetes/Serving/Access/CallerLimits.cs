using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Access;

/// <summary>How much of the server one caller of one cluster may take, and one address that has no token.</summary>
internal sealed class CallerLimits(ServingOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _callers = Buckets(options.RequestsPerSecond, 2);
    private readonly PartitionedRateLimiter<string> _refused = Buckets(options.RefusedPerSecond, 4);
    private readonly ConcurrentDictionary<TwinCaller, int> _watches = new();

    public bool Take(TwinCaller caller)
    {
        using var lease = _callers.AttemptAcquire($"{caller.Cluster} {caller.User}");
        return lease.IsAcquired;
    }

    /// <summary>Takes one request of an address that has no token, or one that is refused.</summary>
    public bool TakeRefused(HttpContext context)
    {
        using var lease = _refused.AttemptAcquire(Owner(context.Connection.RemoteIpAddress));
        return lease.IsAcquired;
    }

    public bool TryBeginWatch(TwinCaller caller)
    {
        if (_watches.AddOrUpdate(caller, 1, (_, n) => n + 1) <= options.WatchesPerCaller)
        {
            return true;
        }

        EndWatch(caller);
        return false;
    }

    public void EndWatch(TwinCaller caller)
    {
        var left = _watches.AddOrUpdate(caller, 0, (_, n) => n - 1);
        if (left <= 0)
        {
            // Only while it is zero: one that begins at this moment stays counted.
            ((ICollection<KeyValuePair<TwinCaller, int>>)_watches).Remove(new(caller, 0));
        }
    }

    public void Dispose()
    {
        _callers.Dispose();
        _refused.Dispose();
    }

    // An IPv6 host usually owns a whole /64: taking one address of it as a caller would limit nobody.
    private static string Owner(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return Convert.ToHexString(bytes, 0, Math.Min(bytes.Length, 8));
    }

    private static PartitionedRateLimiter<string> Buckets(int perSecond, int seconds)
    {
        // A bucket refills in whole tokens: slow ones get one token per period, fast ones a tenth of a second's worth.
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * seconds,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(0.1, 1.0 / perSecond)),
            QueueLimit = 0,
            AutoReplenishment = true,
        };
        return PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => bucket), StringComparer.Ordinal);
    }
}
