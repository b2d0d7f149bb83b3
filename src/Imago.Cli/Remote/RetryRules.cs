using System.Net;

namespace Imago.Cli.Remote;

/// <summary>Which answers are worth another try, and after which pause.</summary>
internal static class RetryRules
{
    /// <summary>Tries of one request, the first included.</summary>
    public const int MostTries = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    // Who is told to come back later than this had better be told so than wait in silence.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    // A server that says "at once" is not to be hammered.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The pause before the next try; null when there is none.</summary>
    /// <param name="method">A POST may have been carried out although its answer is an error; it is repeated only where the server says that it was not looked at.</param>
    /// <param name="status">Of the answer.</param>
    /// <param name="asked">The pause that the server asked for.</param>
    /// <param name="tried">Tries so far, from 1.</param>
    public static TimeSpan? PauseBefore(HttpMethod method, int status, TimeSpan? asked, int tried)
    {
        var isRetried = (HttpStatusCode)status switch
        {
            // AZ-49: Azure's own clients repeat these, and not 400, 401, 409 and 412.
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => true,
            HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => method != HttpMethod.Post,
            _ => false,
        };
        var pause = asked ?? Backoff(tried);
        return isRetried && tried < MostTries && pause <= LongestPause ? Within(pause) : null;
    }

    /// <summary>The pause after a connection that broke.</summary>
    public static TimeSpan Backoff(int tried) => FirstPause * Math.Pow(2, tried - 1);

    public static TimeSpan Within(TimeSpan pause) => pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
}
