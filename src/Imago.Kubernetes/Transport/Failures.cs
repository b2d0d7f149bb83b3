using System.Text;
using System.Text.Json;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Transport;

/// <summary>Says what went wrong in words that help.</summary>
internal static class Failures
{
    private const int LongestStatus = 256 << 10;

    public static KubernetesException NotInTime(ClusterAccess access, ApiRequest request, TimeSpan limit, Exception cause) =>
        new($"{Subject(access, request)} was not answered within {limit.TotalSeconds:0.#} s. Whether it took effect is unknown. Check that the API server is reachable and not overloaded.", cause);

    public static KubernetesException PutAway(ClusterAccess access, ApiRequest request, Exception cause) =>
        new($"{Subject(access, request)}: the connection has been put away, because the cluster is reached in another way now or has been let go. Ask again.", cause);

    public static KubernetesException Of(ClusterAccess access, ApiRequest request, Exception cause) => cause switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            new($"{Subject(access, request)}: the name '{access.Server.Host}' is not known. Check the server's address.", cause),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new(
                $"{Subject(access, request)}: no secure connection: {Deepest(cause)} "
                + "Check certificate-authority-data (who signed the server's certificate), tls-server-name (its name), and the client certificate.",
                cause),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            new($"{Subject(access, request)}: nobody answers at {access.Server.Authority}: {Deepest(cause)} Check that the API server runs and can be reached from here.", cause),
        JsonException => new($"{Subject(access, request)} was answered with something that is not what was asked for: {cause.Message}", cause),
        InvalidDataException => new($"{Subject(access, request)}: the answer cannot be read: {cause.Message}.", cause),
        _ => new($"{Subject(access, request)}: the connection broke: {Deepest(cause)} Whether it took effect is unknown.", cause),
    };

    public static async Task<KubernetesException> OfAnswerAsync(ClusterAccess access, ApiRequest request, HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var code = (int)response.StatusCode;
        await using var body = new CountedStream(await response.Content.ReadAsStreamAsync(cancellation), LongestStatus, _ => { });
        using var whole = new MemoryStream();
        await body.CopyToAsync(whole, cancellation);
        return OfStatus(access, request, code, StatusOf(whole.ToArray()), RetryAfterOf(response, time));
    }

    /// <summary>An error that the API told in a status.</summary>
    public static KubernetesException OfStatus(ClusterAccess access, ApiRequest request, int code, Status status, TimeSpan? retryAfter)
    {
        var hint = code switch
        {
            401 => " The server does not accept these credentials: renew them.",
            403 => " Grant the permission, or use another user.",
            _ => "",
        };
        return new KubernetesException($"{Subject(access, request)} was answered with {code}: {status}.{hint}".Replace("..", ".", StringComparison.Ordinal))
        {
            Code = code,
            Status = status,
            RetryAfter = retryAfter ?? (status.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null),
        };
    }

    private static string Subject(ClusterAccess access, ApiRequest request) =>
        $"Cluster {access}: {request.Method} {(request.Path.IndexOf('?', StringComparison.Ordinal) is > 0 and var at ? request.Path[..at] : request.Path)}";

    private static Status StatusOf(byte[] body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, KubernetesJson.Default.Status) is { } status && (status.Message ?? status.Reason) is not null)
            {
                return status;
            }
        }
        catch (JsonException)
        {
            // A proxy answered, or the server before it could speak JSON: its words are all there is.
        }

        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300))).Trim();
        return new Status { Outcome = "Failure", Message = text.Length == 0 ? "no message" : text };
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } at } => at - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    private static string Deepest(Exception cause)
    {
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message.EndsWith('.') ? cause.Message : cause.Message + ".";
    }
}
