using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Imago.Application.Attachments;
using Imago.Application.Ports;

namespace Imago.Kubernetes.Providers.External;

/// <summary>HTTP to one provider: whom to trust, how long to wait, what to try again.</summary>
internal sealed class ProviderLink : IDisposable
{
    /// <summary>Where the protocol lives below the endpoint; its version is the last part.</summary>
    public const string BasePath = "/imago-provider/v1";

    private readonly HttpClient _http;
    private readonly ProviderOptions _options;
    private readonly TimeProvider _clock;
    private readonly string? _token;

    public ProviderLink(ProviderAccess access, ProviderOptions options, TimeProvider clock)
    {
        (_options, _clock, _token) = (options, clock, string.IsNullOrWhiteSpace(access.Token) ? null : access.Token.Trim());
        Base = BaseOf(access);
        var handler = new SocketsHttpHandler
        {
            // A token is for the server that was named; wherever it points to, we do not follow.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !Base.IsLoopback,
            ConnectTimeout = options.Attempt,

            // A provider may move; its new address is found by then.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (access.AuthorityPem is { } pem)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(pem, Base) };
        }

        // An attempt ends by our own clock.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = options.LargestAnswer };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"imago/{typeof(ProviderLink).Assembly.GetName().Version?.ToString(3)}");
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/problem+json");
    }

    /// <summary>The address below which operations are.</summary>
    public Uri Base { get; }

    /// <summary>Whether requests carry a token.</summary>
    public bool HasToken => _token is not null;

    /// <summary>Asks, with the provider's own token, and again if it is not answered.</summary>
    public ValueTask<ProviderAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation) =>
        SendAsync(method, path, body, _token, cancellation);

    /// <summary>Asks with a given token, or none.</summary>
    /// <exception cref="ConnectionException">Nobody answered.</exception>
    public async ValueTask<ProviderAnswer> SendAsync(HttpMethod method, string path, byte[]? body, string? token, CancellationToken cancellation)
    {
        var asked = $"{method} {Base}{path}";
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? wait = attempt < _options.Waits.Count ? _options.Waits[attempt] : null;
            try
            {
                var answer = await AttemptAsync(asked, method, path, body, token, cancellation);
                if (!IsWorthAnother(answer.Status) || wait is null || answer.RetryAfter > _options.LongestWait)
                {
                    return answer;
                }

                wait = answer.RetryAfter ?? wait;
            }
            catch (HttpRequestException problem) when (wait is null || IsHopeless(problem))
            {
                throw new ConnectionException(Told(asked, problem), problem);
            }
            catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested && wait is null)
            {
                throw new ConnectionException($"{asked} was not answered within {_options.Attempt.TotalSeconds:0.#} seconds, {attempt + 1} times. Whether it was begun is asked again.", problem);
            }
            catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // Once more: the same id is the same operation.
            }

            await Task.Delay(wait!.Value, _clock, cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<ProviderAnswer> AttemptAsync(string asked, HttpMethod method, string path, byte[]? body, string? token, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.Attempt, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var request = new HttpRequestMessage(method, new Uri($"{Base}{path}"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
        return new ProviderAnswer(
            asked, answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsByteArrayAsync(either.Token), answer.Headers.Date,
            answer.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date - (answer.Headers.Date ?? _clock.GetUtcNow())) : null);
    }

    private static bool IsWorthAnother(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    // What will not be otherwise a second later.
    private static bool IsHopeless(HttpRequestException problem) =>
        problem.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.NameResolutionError;

    private string Told(string asked, HttpRequestException problem) => problem.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => $"{asked}: the provider's certificate is not trusted or TLS failed: {Innermost(problem)} Give the authority that signed it when attaching.",
        HttpRequestError.ConfigurationLimitExceeded => $"{asked} was answered with more than {_options.LargestAnswer} bytes, which no answer of the protocol has. Check the provider's endpoint.",
        HttpRequestError.NameResolutionError => $"{asked}: there is no host '{Base.Host}'. Check the provider's endpoint.",
        _ => $"{asked} could not be answered: {Innermost(problem)} Check that the provider runs and can be reached from here.",
    };

    private static string Innermost(Exception problem)
    {
        var message = problem is { InnerException: AuthenticationException or IOException or System.Net.Sockets.SocketException } ? problem.InnerException.Message : problem.Message;
        return $"{message.TrimEnd('.')}.";
    }

    private static Uri BaseOf(ProviderAccess access)
    {
        var endpoint = access.Endpoint ?? throw new ConnectionException($"A node provider of kind '{access.Kind}' needs an endpoint. Attach the cluster again and name one, for example https://nodes.example.com.");
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp) || endpoint.Query.Length > 0 || endpoint.UserInfo.Length > 0)
        {
            // A password or a key may be in the rest of it.
            var shown = endpoint.IsAbsoluteUri ? endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : endpoint.OriginalString;
            throw new ConnectionException($"'{shown}' is not the endpoint of a node provider, or has more than scheme, host, port and path. Write for example https://nodes.example.com; the token goes beside it.");
        }

        if (endpoint.Scheme == Uri.UriSchemeHttp && !endpoint.IsLoopback)
        {
            throw new ConnectionException($"'{endpoint}' is not encrypted: everybody on the way could read the token, and delete nodes with it. Write https://; http:// is for this machine only.");
        }

        var text = endpoint.AbsoluteUri.TrimEnd('/');
        return new Uri(text.EndsWith(BasePath, StringComparison.Ordinal) ? text : text + BasePath);
    }

    private static X509ChainPolicy Trusting(string pem, Uri endpoint)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPem(pem);
        }
        catch (CryptographicException problem)
        {
            throw new ConnectionException($"The authority of the provider at {endpoint} cannot be used: {problem.Message}", problem);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new ConnectionException($"The authority of the provider at {endpoint} has no certificate in it. Give '-----BEGIN CERTIFICATE-----' blocks.");
    }
}
