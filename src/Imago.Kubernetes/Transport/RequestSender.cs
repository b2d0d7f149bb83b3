using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Imago.Kubernetes.Configuration;

namespace Imago.Kubernetes.Transport;

/// <summary>Sends requests: in time, at a pace, as somebody, again where that helps.</summary>
internal sealed class RequestSender(ClusterAccess access, KubernetesClientOptions options) : IDisposable
{
    private readonly RequestPace _pace = new(options.RequestsPerSecond, options.Burst, options.Time);
    private readonly Lock _lock = new();
    private readonly string _base = access.Server.AbsoluteUri.TrimEnd('/');
    private readonly List<HttpMessageInvoker> _retired = [];
    private HttpMessageInvoker? _invoker;
    private X509Certificate2? _shown;
    private bool _isPutAway;

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _isPutAway = true;
            _invoker?.Dispose();
            _retired.ForEach(r => r.Dispose());
        }
    }

    /// <summary>Sends a request and reads its answer; the time-out is for both.</summary>
    /// <exception cref="KubernetesException">No answer, or one that says no.</exception>
    public async Task<T> SendAsync<T>(ApiRequest request, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancellation)
    {
        for (var repeats = 0; ; repeats++)
        {
            try
            {
                return await AsSomebodyAsync(request, (i, c) => OnceAsync(request, i, read, c), cancellation);
            }
            catch (KubernetesException e) when (e.Code is 429 or 503 && request.Repeatable && repeats < options.Repeats && WaitAfter(e, repeats) <= options.LongestWait)
            {
                await Task.Delay(WaitAfter(e, repeats), options.Time, cancellation);
            }
        }
    }

    /// <summary>Sends a request for an answer of any kind.</summary>
    public Task<RawAnswer> GetRawAsync(ApiRequest request, CancellationToken cancellation) => AsSomebodyAsync(
        request,
        async (identity, c) =>
        {
            using var response = await SendAsAsync(request, identity, c);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                await ThrowIfRefusedAsync(request, response, c);
            }

            await using var body = Counted(request, await response.Content.ReadAsStreamAsync(c));
            using var whole = new MemoryStream();
            await body.CopyToAsync(whole, c);
            return new RawAnswer((int)response.StatusCode, whole.ToArray(), response.Headers.Date);
        },
        cancellation);

    /// <summary>Opens an answer that goes on for long; the time-out is for its beginning.</summary>
    public Task<OpenAnswer> OpenAsync(ApiRequest request, CancellationToken cancellation) => AsSomebodyAsync(
        request,
        async (identity, c) =>
        {
            var response = await SendAsAsync(request, identity, c);
            try
            {
                await ThrowIfRefusedAsync(request, response, c);
                return new OpenAnswer(response, Counted(request, await response.Content.ReadAsStreamAsync(c), endless: true));
            }
            catch
            {
                response.Dispose();
                throw;
            }
        },
        cancellation);

    /// <summary>Says in words what went wrong while something was done with a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">After how long <paramref name="timer"/> ends it; for the message.</param>
    /// <param name="act">Does it.</param>
    /// <param name="timer">Ends it because it takes too long.</param>
    /// <param name="cancellation">Ends it because nobody wants it any more.</param>
    public async Task<T> GuardAsync<T>(ApiRequest request, TimeSpan limit, Func<CancellationToken, Task<T>> act, CancellationToken timer, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer);
        try
        {
            return await act(either.Token);
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
        catch (OperationCanceledException e)
        {
            throw Failures.NotInTime(access, request, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or InvalidDataException)
        {
            throw Failures.Of(access, request, e);
        }
    }

    /// <summary>An error that was told inside of an answer.</summary>
    public KubernetesException Refused(ApiRequest request, Objects.Status error) => Failures.OfStatus(access, request, error.Code ?? 500, error, retryAfter: null);

    private async Task<T> AsSomebodyAsync<T>(ApiRequest request, Func<Identity, CancellationToken, Task<T>> act, CancellationToken cancellation)
    {
        for (var again = false; ; again = true)
        {
            await _pace.WaitAsync(cancellation);

            var identity = await IdentifyAsync(request, cancellation);
            using var timer = new CancellationTokenSource(options.RequestTimeout, options.Time);
            try
            {
                return await GuardAsync(request, options.RequestTimeout, c => act(identity, c), timer.Token, cancellation);
            }
            catch (KubernetesException e) when (e.IsUnauthorized && !again && access.Credential.Reject(identity))
            {
                // The token has expired, and another one can be had: once, or a server that believes nobody would be asked for ever.
            }
            catch (ObjectDisposedException e)
            {
                // Somebody changed how the cluster is reached while it was asked. To whoever asked that is a connection like any other that failed.
                throw Failures.PutAway(access, request, e);
            }
        }
    }

    // Finding out who we are has a time-out of its own: it may take longer than a request.
    private async ValueTask<Identity> IdentifyAsync(ApiRequest request, CancellationToken cancellation)
    {
        try
        {
            return await access.Credential.GetAsync(cancellation);
        }
        catch (ObjectDisposedException e)
        {
            throw Failures.PutAway(access, request, e);
        }
    }

    private async Task<T> OnceAsync<T>(ApiRequest request, Identity identity, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancellation)
    {
        using var response = await SendAsAsync(request, identity, cancellation);
        await ThrowIfRefusedAsync(request, response, cancellation);
        await using var body = Counted(request, await response.Content.ReadAsStreamAsync(cancellation));
        return await read(body, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsAsync(ApiRequest request, Identity identity, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(_base + request.Path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.Authorization = identity.Authorization;
        if (access.Tls.ServerName is { } name)
        {
            // The name of the certificate is taken from here; an API server does not look at it.
            message.Headers.Host = name;
        }

        if (request.ContentType is { } type)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new(type);
        }

        try
        {
            var response = await InvokerFor(identity.Certificate).SendAsync(message, cancellation);
            Tell(request, (int)response.StatusCode);
            return response;
        }
        catch
        {
            Tell(request, 0);
            throw;
        }
    }

    private async Task ThrowIfRefusedAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await Failures.OfAnswerAsync(access, request, response, options.Time, cancellation);
        }
    }

    private HttpMessageInvoker InvokerFor(X509Certificate2? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isPutAway, this);
            if (_invoker is not null && ReferenceEquals(certificate, _shown))
            {
                return _invoker;
            }

            // A connection keeps the certificate it was made with. Those that are in use live on until the client is disposed.
            if (_invoker is not null)
            {
                _retired.Add(_invoker);
            }

            _shown = certificate;
            return _invoker = Connections.Make(access, certificate, options.ConnectTimeout);
        }
    }

    private CountedStream Counted(ApiRequest request, Stream body, bool endless = false) => new(
        body,
        endless ? long.MaxValue : options.LongestAnswer,
        bytes =>
        {
            ClientMeter.CountReceived(request.Verb, request.Resource, bytes);
            options.Observer?.Received(request.Verb, request.Resource, bytes);
        });

    private void Tell(ApiRequest request, int code)
    {
        ClientMeter.Count(request.Verb, request.Resource, code, request.Body.Length);
        options.Observer?.Answered(request.Verb, request.Resource, code, request.Body.Length);
    }

    private static TimeSpan WaitAfter(KubernetesException busy, int repeats) => busy.RetryAfter ?? TimeSpan.FromSeconds(1 << repeats);
}

/// <summary>An answer that goes on.</summary>
internal sealed class OpenAnswer(HttpResponseMessage response, Stream body) : IDisposable
{
    public Stream Body => body;

    /// <inheritdoc />
    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
