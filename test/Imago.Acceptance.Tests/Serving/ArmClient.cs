using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>
/// Raw HTTP with a token of the built-in issuer: what the tests arrange and look at beside the client that they are about. Trusts the server's own
/// certificate authority and nothing else. Safe for use from several threads.
/// </summary>
internal sealed class ArmClient : IDisposable
{
    /// <summary>The newest stable api-version.</summary>
    public const string AksVersion = "2026-04-01";

    /// <summary>The api-version of Imago's own extensions.</summary>
    public const string ImagoVersion = "2026-11-01";

    private const string ResourcesVersion = "2024-11-01";
    private static readonly TimeSpan LongestOperation = TimeSpan.FromMinutes(3);

    private readonly HttpClient _http;
    private readonly ServerCredentials _credentials;
    private string? _token;

    public ArmClient(Uri address, string authorityFile, ServerCredentials credentials)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(authorityFile);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        _credentials = credentials;
    }

    public string Subscription => $"/subscriptions/{_credentials.SubscriptionId}";

    public string Group(string name) => $"{Subscription}/resourceGroups/{name}";

    public string Cluster(string group, string name) => $"{Group(group)}/providers/Microsoft.ContainerService/managedClusters/{name}";

    public Task<ArmAnswer> GetAsync(string path, string? version = null) => SendAsync(HttpMethod.Get, path, null, version);

    public Task<ArmAnswer> PutAsync(string path, object body, string? version = null) => SendAsync(HttpMethod.Put, path, body, version);

    public Task<ArmAnswer> PostAsync(string path, object? body = null, string? version = null) => SendAsync(HttpMethod.Post, path, body, version);

    public Task<ArmAnswer> DeleteAsync(string path, string? version = null) => SendAsync(HttpMethod.Delete, path, null, version);

    /// <summary>Polls the operation that an answer named until it has ended well; an operation that failed fails the test.</summary>
    public async Task EndAsync(ArmAnswer begun)
    {
        begun.Must(HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted);
        if (begun.OperationAddress is not { } address)
        {
            return;
        }

        var ended = await Until.Async(
            $"The operation of {begun.Request}",
            LongestOperation,
            () => SendAsync(HttpMethod.Get, address.PathAndQuery, null, null),
            a => a.Must(HttpStatusCode.OK).Json.GetProperty("status").GetString() is "Succeeded" or "Failed" or "Canceled");
        if (ended.Json.GetProperty("status").GetString() != "Succeeded")
        {
            throw new InvalidOperationException($"{begun.Request} did not succeed: {ended.Text}");
        }
    }

    /// <summary>A list with all its pages.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, string? version = null)
    {
        List<JsonElement> items = [];
        for (string? next = path; next is not null;)
        {
            var page = (await GetAsync(next, version)).Must(HttpStatusCode.OK).Json;
            items.AddRange(page.GetProperty("value").EnumerateArray());
            next = page.TryGetProperty("nextLink", out var link) && link.ValueKind == JsonValueKind.String ? new Uri(link.GetString()!).PathAndQuery : null;
        }

        return items;
    }

    /// <summary>A token of the service principal, as a client with a static credential would be given it.</summary>
    public async Task<string> TokenAsync()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = _credentials.AppId,
            ["client_secret"] = _credentials.Secret,
            ["scope"] = "https://management.core.windows.net//.default",
        });
        var discovery = await _http.GetFromJsonAsync<JsonElement>("/adfs/.well-known/openid-configuration");
        var answer = await _http.PostAsync(new Uri(discovery.GetProperty("token_endpoint").GetString()!), form);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!
            : throw new InvalidOperationException($"The issuer answered {(int)answer.StatusCode}: {text}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<ArmAnswer> SendAsync(HttpMethod method, string path, object? body, string? version)
    {
        _token ??= await TokenAsync();
        var address = path.Contains("api-version=", StringComparison.Ordinal)
            ? path
            : string.Create(CultureInfo.InvariantCulture, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version={version ?? VersionOf(path)}");
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request);
        var operation = answer.Headers.TryGetValues("Azure-AsyncOperation", out var values) ? new Uri(values.First()) : null;
        return new($"{method} {address}", answer.StatusCode, await answer.Content.ReadAsStringAsync(), operation, answer.Headers.Date ?? default);
    }

    private static string VersionOf(string path) =>
        path.Contains("/providers/Imago/", StringComparison.OrdinalIgnoreCase) ? ImagoVersion
        : path.Contains("/Microsoft.ContainerService/", StringComparison.OrdinalIgnoreCase) ? AksVersion
        : path.Contains("/Microsoft.Insights/", StringComparison.OrdinalIgnoreCase) ? "2015-04-01"
        : path.Contains("/Microsoft.Features/", StringComparison.OrdinalIgnoreCase) ? "2021-07-01"
        : ResourcesVersion;
}
