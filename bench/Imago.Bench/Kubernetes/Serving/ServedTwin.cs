using System.Net.Http.Json;
using System.Text.Json;
using Imago.Application.Attachments;

namespace Imago.Bench.Kubernetes.Serving;

/// <summary>A <see cref="TwinProcess"/> that runs.</summary>
internal sealed class ServedTwin : IAsyncDisposable
{
    private readonly OwnProcess _process;
    private readonly TwinAddress _address;
    private readonly HttpClient _http;

    private ServedTwin(OwnProcess process, TwinAddress address)
    {
        (_process, _address) = (process, address);
        var server = address.Kubeconfig.Split('"').First(p => p.StartsWith("http", StringComparison.Ordinal));
        _http = new HttpClient { BaseAddress = new Uri(new Uri(server), "/") };
    }

    public int ProcessId => _process.Id;

    public string Kubeconfig => _address.Kubeconfig;

    public ProviderAccess Provider => new("external", _address.Provider, _address.Token, null);

    public static async Task<ServedTwin> StartAsync(TwinPlan plan)
    {
        var process = OwnProcess.Start(["--kube-twin", JsonSerializer.Serialize(plan)]);
        return new ServedTwin(process, JsonSerializer.Deserialize<TwinAddress>(await process.ReadAsync())!);
    }

    /// <summary>What clients have asked up to now.</summary>
    public async Task<RequestTable> CountsAsync() => new((await _http.GetFromJsonAsync<RequestCount[]>("counts"))!);

    /// <summary>How often the provider was asked up to now.</summary>
    public async Task<long> ProviderRequestsAsync() => (await _http.GetFromJsonAsync<RequestCount[]>("provider-counts"))!.Sum(c => c.Count);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
