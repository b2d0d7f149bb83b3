using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Hosting;
using Imago.Server.Setup;
using Imago.Server.Tests.DataFolders;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Tests.Hosting;

/// <summary>The real server on a free port of loopback, with a data folder of its own and somebody who may do everything, asked over HTTPS.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TemporaryFolder? _temporary;

    private RunningServer(WebApplication app, HttpClient client, FirstPrincipal login, TemporaryFolder? temporary) => (App, Client, Login, _temporary) = (app, client, login, temporary);

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public FirstPrincipal Login { get; }

    public string Subscription => $"/subscriptions/{Login.SubscriptionId}";

    public static async Task<RunningServer> StartAsync(string? data = null, Func<ServerOptions, ServerOptions>? change = null)
    {
        var temporary = data is null ? new TemporaryFolder() : null;
        var options = new ServerOptions
        {
            DataFolder = data ?? temporary!.Path,
            Listen = [new Uri("https://127.0.0.1:0")],
            TimeScale = 200,
            LogLevel = LogLevel.Warning,
        };
        var app = await ImagoServer.BuildAsync(change?.Invoke(options) ?? options, new MachineClock(), CancellationToken.None);
        var (store, principals) = (app.Services.GetRequiredService<IStore>(), app.Services.GetRequiredService<IPrincipalStore>());
        var login = await FirstPrincipal.MakeAsync(store, principals, Instant.FromDateTimeOffset(new MachineClock().GetUtcNow()), CancellationToken.None);
        await app.StartAsync();

        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(app.Services.GetRequiredService<DataFolder>().AuthorityFile);
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } })
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<ServerAddress>().Text),
        };
        return new RunningServer(app, client, login, temporary);
    }

    /// <summary>Signs in; requests carry the token from then on.</summary>
    public async Task<RunningServer> SignedInAsync()
    {
        await SignInAsync(Login.AppId, Login.Secret);
        return this;
    }

    public async Task SignInAsync(string clientId, string secret)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", secret)]);
        var answer = await (await Client.PostAsync("/adfs/oauth2/token", form)).Content.ReadFromJsonAsync<JsonObject>();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer!["access_token"]!.GetValue<string>());
    }

    public async Task<(HttpStatusCode Status, JsonObject? Body)> SendAsync(HttpMethod method, string path, string version, string? json = null)
    {
        using var request = new HttpRequestMessage(method, $"{path}?api-version={version}");
        if (json is not null)
        {
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject);
    }

    /// <summary>Waits until the server says that it is ready: its shards are taken up in the first second or two.</summary>
    public async Task UntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await Client.GetAsync("/readyz", patience.Token) is { IsSuccessStatusCode: false })
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Asks again and again until the answer is as wanted.</summary>
    public async Task<JsonObject> UntilAsync(string path, string version, Func<JsonObject, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        JsonObject? last;
        do
        {
            (_, last) = await SendAsync(HttpMethod.Get, path, version);
            if (last is not null && wanted(last))
            {
                return last;
            }
        }
        while (!patience.IsCancellationRequested && await timer.WaitForNextTickAsync());

        throw new TimeoutException($"{path} is not as wanted: {last?.ToJsonString()}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        _temporary?.Dispose();
    }

    // The server is tried on the real clock: leases, timers and Kestrel go by it.
    private sealed class MachineClock : TimeProvider;
}
