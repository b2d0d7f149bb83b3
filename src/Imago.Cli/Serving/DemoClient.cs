using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Imago.Server.Setup;

namespace Imago.Cli.Serving;

/// <summary>A client of the server like any other: over HTTPS, with a token, knowing nothing of its insides.</summary>
internal sealed class DemoClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _subscription;

    private DemoClient(HttpClient http, string subscription) => (_http, _subscription) = (http, $"/subscriptions/{subscription}");

    public static async Task<DemoClient> SignInAsync(Uri address, string authorityFile, FirstPrincipal login, CancellationToken cancellation)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(authorityFile);
        var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = address };
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", login.AppId), new("client_secret", login.Secret), new("scope", "https://management.core.windows.net//.default"),
        ]);
        var answer = await (await http.PostAsync("/adfs/oauth2/token", form, cancellation)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)answer!["access_token"]);
        return new DemoClient(http, login.SubscriptionId);
    }

    /// <summary>Asks for something; a path without a leading slash lies in the subscription.</summary>
    public Task<JsonObject> GetAsync(string path, string version, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, version, null, cancellation);

    public Task<JsonObject> PutAsync(string path, string version, JsonObject body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, version, body, cancellation);

    public Task<JsonObject> PostAsync(string path, string version, JsonObject? body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, version, body, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string version, JsonObject? body, CancellationToken cancellation)
    {
        var target = $"{(path[0] == '/' ? path : $"{_subscription}/{path}")}?api-version={version}";
        using var request = new HttpRequestMessage(method, target) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{method} {target} was answered with {(int)answer.StatusCode}: {text}");
        }

        return text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? [];
    }
}
