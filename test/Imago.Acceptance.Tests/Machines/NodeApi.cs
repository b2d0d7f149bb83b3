using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>Plain HTTP to a cluster, with the address, authority and token of a kubeconfig. Safe for use from several threads.</summary>
internal sealed class NodeApi : IDisposable
{
    private readonly HttpClient _http;

    private NodeApi(Uri server, X509Certificate2 authority, string token)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        _http = new HttpClient(handler) { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Reads a kubeconfig that <c>imago cluster credentials</c> has written.</summary>
    public static NodeApi Of(string kubeconfig)
    {
        // One key in a line, as the command line writes it.
        var lines = File.ReadAllLines(kubeconfig).Select(l => l.Trim().TrimStart('-').Trim()).ToList();
        return new(new Uri(Value("server").TrimEnd('/') + "/"), X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Value("certificate-authority-data"))), Value("token"));

        string Value(string key) => lines.FirstOrDefault(l => l.StartsWith($"{key}: ", StringComparison.Ordinal))?[(key.Length + 2)..].Trim('"', '\'')
            ?? throw new InvalidOperationException($"{kubeconfig} has no '{key}'.");
    }

    public async Task<JsonElement> GetAsync(string path) => (await SendAsync(HttpMethod.Get, path, null, null)).Must(HttpStatusCode.OK);

    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path) => [.. (await GetAsync(path)).GetProperty("items").EnumerateArray()];

    /// <summary>Makes an object.</summary>
    /// <returns>Whether there was none.</returns>
    public async Task<bool> CreateAsync(string path, JsonObject item) =>
        (await SendAsync(HttpMethod.Post, path, item.ToJsonString(), "application/json")) is var answer && answer.Status == HttpStatusCode.Conflict ? false : answer.Must(HttpStatusCode.Created).ValueKind == JsonValueKind.Object;

    public async Task PatchAsync(string path, JsonObject patch) => (await SendAsync(HttpMethod.Patch, path, patch.ToJsonString(), "application/strategic-merge-patch+json")).Must(HttpStatusCode.OK);

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? json, string? type)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, type!);
        using var answer = await _http.SendAsync(request);
        return new($"{method} {path}", answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private sealed record Answer(string Request, HttpStatusCode Status, string Text)
    {
        public JsonElement Must(HttpStatusCode wanted) =>
            Status == wanted ? JsonDocument.Parse(Text).RootElement : throw new InvalidOperationException($"{Request} was answered {(int)Status}, not {(int)wanted}: {Text}");
    }
}
