using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>Requests to the server: with a token that is renewed when it has to be, with bounded retries, with every refusal in words.</summary>
internal sealed class ArmClient(HttpClient http, Profile profile, ProfileFile file, TimeProvider clock) : IDisposable
{
    // Of an answer that is no ARM error only so much is shown.
    private const int MostShown = 300;

    // A server that pages for ever must not keep us for ever.
    private const int MostPages = 10_000;

    // Nobody puts a request into a web page; offsets such as +02:00 stay readable in what the server logs.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Profile _profile = profile;
    private bool _answered;

    public Uri Server => http.BaseAddress!;

    /// <summary>A document that has to be there.</summary>
    public async Task<ArmAnswer> GetAsync(string path, CancellationToken cancellation) => await SendAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>A document; null when there is none.</summary>
    public async Task<ArmAnswer?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(path, cancellation);
        }
        catch (ArmException missing) when (missing.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All pages of a list as one.</summary>
    public async Task<JsonObject> ListAsync(string path, CancellationToken cancellation)
    {
        var all = new JsonArray();
        var next = path;
        for (var page = 0; next is not null && page < MostPages; page++)
        {
            var answer = await GetAsync(next, cancellation);
            foreach (var item in answer.Body.At("value") as JsonArray ?? [])
            {
                all.Add(item?.DeepClone());
            }

            next = answer.Body.Text("nextLink") is { Length: > 0 } link ? OwnPath(link) : null;
        }

        return new JsonObject { ["value"] = all };
    }

    /// <summary>Sends a request and waits out what is worth waiting for.</summary>
    /// <param name="method">Which.</param>
    /// <param name="path">Path and query, or an address of this server.</param>
    /// <param name="body">Null for none.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <param name="ifMatch">The version that may be replaced.</param>
    /// <param name="onlyNew">Whether nothing may be replaced.</param>
    /// <exception cref="ArmException">The server refuses.</exception>
    public async Task<ArmAnswer> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, string? ifMatch = null, bool onlyNew = false)
    {
        var renewed = false;
        for (var tried = 1; ; tried++)
        {
            ArmAnswer answer;
            string text;
            try
            {
                using var request = await RequestAsync(method, path, body, ifMatch, onlyNew, cancellation);
                using var response = await http.SendAsync(request, cancellation);
                text = await response.Content.ReadAsStringAsync(cancellation);
                answer = ArmAnswer.Of(response, Parsed(text));
                _answered = true;
            }
            catch (HttpRequestException) when (_answered && method == HttpMethod.Get && tried < RetryRules.MostTries)
            {
                // It was there a moment ago: a restart in the middle of a long operation is no reason to stop watching.
                await Task.Delay(RetryRules.Backoff(tried), clock, cancellation);
                continue;
            }
            catch (HttpRequestException problem)
            {
                throw SignIn.Unreachable(Server, problem);
            }
            catch (TaskCanceledException problem) when (!cancellation.IsCancellationRequested)
            {
                throw new ArmException($"Server '{Server.GetLeftPart(UriPartial.Authority)}' did not answer in time.", problem);
            }

            if (answer.Status is >= 200 and < 300)
            {
                return answer;
            }

            // A token may end early: its key was taken out of service, or the server has a new identity.
            if (answer.Status == (int)HttpStatusCode.Unauthorized && !renewed && _profile.ClientSecret is not null)
            {
                renewed = true;
                _profile = _profile with { Token = null };
                continue;
            }

            if (RetryRules.PauseBefore(method, answer.Status, answer.RetryAfter, tried) is not { } pause)
            {
                throw Refused(method, path, answer, text, onlyNew);
            }

            await Task.Delay(pause, clock, cancellation);
        }
    }

    /// <summary>The path of an address on this server. Tokens go nowhere else.</summary>
    public string OwnPath(string address) => Uri.TryCreate(Server, address, out var target) && ServerLink.IsSameServer(target, Server)
        ? target.PathAndQuery
        : throw new ArmException($"The server points to '{address}', which is another server. The token was not sent there.");

    public void Dispose() => http.Dispose();

    internal static JsonNode? Parsed(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNodes.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, JsonNode? body, string? ifMatch, bool onlyNew, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", await TokenAsync(cancellation));
        request.Headers.Add("x-ms-client-request-id", new Guid(RandomNumberGenerator.GetBytes(16)).ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (onlyNew)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(Plain), Encoding.UTF8, "application/json");
        }

        return request;
    }

    private async Task<string> TokenAsync(CancellationToken cancellation)
    {
        if (SignIn.IsFresh(_profile, clock))
        {
            return _profile.Token!;
        }

        if (_profile is not { ClientId: not null, ClientSecret: { } secret })
        {
            throw new ArmException(_profile.Token is null
                ? "You are not logged in. Run 'imago login', or set IMAGO_CLIENT_ID and IMAGO_CLIENT_SECRET."
                : "Your login has expired. Run 'imago login' again; with --remember it renews itself.");
        }

        _profile = await SignIn.SignedInAsync(http, _profile, secret, clock, cancellation);
        await file.KeepTokenAsync(_profile, cancellation);
        return _profile.Token!;
    }

    private ArmException Refused(HttpMethod method, string path, ArmAnswer answer, string text, bool onlyNew)
    {
        var error = ArmError.Read(answer.Body);
        var message = error?.Text() ?? $"The server answered {method} {path} with HTTP {answer.Status}{(text.Length > 0 ? $": {text[..Math.Min(text.Length, MostShown)].ReplaceLineEndings(" ")}" : ".")}";
        var advice = (HttpStatusCode)answer.Status switch
        {
            HttpStatusCode.Unauthorized => "Log in again with 'imago login'.",
            HttpStatusCode.PreconditionFailed when onlyNew => "There is one of that name already. Choose another name, or change that one with 'update'.",
            HttpStatusCode.PreconditionFailed => "Somebody changed it meanwhile. Look at it again, then repeat the command.",
            HttpStatusCode.TooManyRequests => answer.RetryAfter is { } pause ? $"Try again in {pause.TotalSeconds:0} s." : "Try again later.",
            _ => null,
        };
        return new ArmException(advice is null ? message : $"{message}{Environment.NewLine}{advice}") { Status = answer.Status, Code = error?.Code };
    }
}
