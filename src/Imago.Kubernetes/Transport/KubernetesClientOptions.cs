using System.Reflection;
using System.Security.Cryptography;

namespace Imago.Kubernetes.Transport;

/// <summary>How a client behaves. The defaults suit a cluster of any size.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How long one request may take, its answer included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests per second, in the long run.</summary>
    public double RequestsPerSecond { get; init; } = 20;

    /// <summary>Requests that may go at once after a quiet time.</summary>
    public int Burst { get; init; } = 40;

    /// <summary>How often a request that may be repeated is repeated when the server is busy (429, 503).</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The longest wait between two of them. A server that asks for more gets no answer to the question, but the caller does.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest answer, and the longest line of a watch, that is read.</summary>
    public long LongestAnswer { get; init; } = 64L << 20;

    /// <summary>The shortest life of a watch; each lives up to twice as long, so that not all are renewed at once.</summary>
    public TimeSpan WatchLength { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after the promised end of a watch the server may be silent.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a watch may say nothing. A server sends a bookmark about every minute; behind a proxy that keeps a dead connection open nothing else would be noticed for as
    /// long as the watch lives. One that sends no bookmarks is asked again that often.
    /// </summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>How the server sees us.</summary>
    public string UserAgent { get; init; } = $"imago/{ProductVersion}";

    /// <summary>Told of every request; null: nobody.</summary>
    public IRequestObserver? Observer { get; init; }

    /// <summary>Numbers in [0, 1) that spread what would happen at the same time.</summary>
    public Func<double> Jitter { get; init; } = () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    private static string ProductVersion => typeof(KubernetesClientOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}

/// <summary>Told what a client asks and gets, for tests and benches.</summary>
public interface IRequestObserver
{
    /// <summary>A request was answered.</summary>
    /// <param name="verb"><c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>, <c>evict</c>.</param>
    /// <param name="resource">For example <c>nodes</c>, <c>deployments.apps</c>.</param>
    /// <param name="code">HTTP status; 0: no answer came.</param>
    /// <param name="sent">Bytes of its body.</param>
    void Answered(string verb, string resource, int code, long sent);

    /// <summary>Bytes of an answer have been read; of a watch when it ends.</summary>
    void Received(string verb, string resource, long bytes);
}
