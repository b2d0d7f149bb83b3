using System.Globalization;
using System.Threading.RateLimiting;
using Imago.Api.Authentication;
using Microsoft.AspNetCore.Http;

namespace Imago.Api.Limits;

/// <summary>Token buckets per principal and per address.</summary>
internal sealed class RateLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> _reads;
    private readonly PartitionedRateLimiter<string> _writes;
    private readonly PartitionedRateLimiter<string> _signIns;
    private readonly PartitionedRateLimiter<string> _failedSignIns;
    private readonly PartitionedRateLimiter<string> _anonymous;
    private readonly Rate _failureRate;

    public RateLimits(IdentityOptions options)
    {
        var limits = options.Limits;
        (_reads, _writes) = (Buckets(limits.Reads), Buckets(limits.Writes));
        (_signIns, _failedSignIns, _anonymous) = (Buckets(limits.SignIns), Buckets(limits.FailedSignIns), Buckets(limits.Anonymous));
        _failureRate = limits.FailedSignIns;
    }

    /// <summary>Takes one request of a principal. Null: it may go on; else how long it should wait.</summary>
    public TimeSpan? TakeOf(string principal, bool isWrite) => Take(isWrite ? _writes : _reads, principal);

    public TimeSpan? TakeSignIn(HttpContext context) => Take(_signIns, AddressOf(context));

    public TimeSpan? TakeAnonymous(HttpContext context) => Take(_anonymous, AddressOf(context));

    /// <summary>Notes a sign-in that failed.</summary>
    public void NoteFailedSignIn(HttpContext context) => Take(_failedSignIns, AddressOf(context));

    /// <summary>Whether so many sign-ins of this address failed that no other secret is looked at for now; how long, then.</summary>
    public TimeSpan? WaitAfterFailures(HttpContext context)
    {
        // Not by asking for no token: the bucket fills by fractions, and grants that as soon as it holds any.
        return _failedSignIns.GetStatistics(AddressOf(context))?.CurrentAvailablePermits >= 1 ? null : Period(_failureRate);
    }

    /// <summary>429 in ARM's shape; <c>Retry-After</c> is honoured by Azure's clients (AZ-49).</summary>
    public static Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        SetRetryAfter(context, wait);
        return RefusalWriter.WriteAsync(
            context, StatusCodes.Status429TooManyRequests, "TooManyRequests", $"Too many requests. Wait {Seconds(wait)} s, as the 'Retry-After' header says, and try again.");
    }

    public static void SetRetryAfter(HttpContext context, TimeSpan wait) => context.Response.Headers.RetryAfter = Seconds(wait);

    public void Dispose()
    {
        _reads.Dispose();
        _writes.Dispose();
        _signIns.Dispose();
        _failedSignIns.Dispose();
        _anonymous.Dispose();
    }

    private static string Seconds(TimeSpan wait) => Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);

    // An IPv6 host usually owns a whole /64: taking one address of it as a caller would limit nobody.
    private static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? address.ToString() : Convert.ToHexString(bytes, 0, 8);
    }

    private static TimeSpan? Take(PartitionedRateLimiter<string> buckets, string partition)
    {
        using var lease = buckets.AttemptAcquire(partition);
        return lease.IsAcquired ? null : Wait(lease);
    }

    private static TimeSpan Wait(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);

    private static TimeSpan Period(Rate rate) => TimeSpan.FromSeconds(Math.Max(0.1, 1 / rate.PerSecond));

    private static PartitionedRateLimiter<string> Buckets(Rate rate)
    {
        // A bucket refills in whole tokens: slow ones get one token per period, fast ones a tenth of a second's worth.
        var period = Period(rate);
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate.Burst,
            TokensPerPeriod = Math.Max(1, (int)Math.Round(rate.PerSecond * period.TotalSeconds)),
            ReplenishmentPeriod = period,
            QueueLimit = 0,
            AutoReplenishment = true,
        };
        return PartitionedRateLimiter.Create<string, string>(partition => RateLimitPartition.GetTokenBucketLimiter(partition, _ => options), StringComparer.OrdinalIgnoreCase);
    }
}
