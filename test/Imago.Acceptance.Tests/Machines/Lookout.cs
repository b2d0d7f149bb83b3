using System.Text.Json;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>Watches a cluster while something happens in it, and remembers what must not have been for a moment.</summary>
internal sealed class Lookout : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new();
    private readonly NodeApi _api;
    private readonly Task _watching;
    private readonly List<string> _cordoned = [];

    private Lookout(NodeApi api)
    {
        _api = api;
        _watching = WatchAsync();
    }

    /// <summary>Nodes in the order in which they were cordoned; each once for every time.</summary>
    public IReadOnlyList<string> Cordoned => _cordoned;

    /// <summary>The most nodes that were cordoned at the same time.</summary>
    public int MostCordoned { get; private set; }

    /// <summary>The fewest pods of the workload that were ready; null: none was seen.</summary>
    public int? FewestReady { get; private set; }

    public static Lookout Begin(NodeApi api) => new(api);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        HashSet<string> before = [];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var now = (await _api.ListAsync("api/v1/nodes")).Select(n => new NodeSight(n)).Where(n => n.Cordoned).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
                _cordoned.AddRange(now.Except(before, StringComparer.Ordinal));
                MostCordoned = Math.Max(MostCordoned, now.Count);
                before = now;
                if (await _api.ListAsync("api/v1/namespaces/default/pods?labelSelector=app%3Dshop") is { Count: > 0 } pods)
                {
                    FewestReady = Math.Min(FewestReady ?? int.MaxValue, pods.Count(IsReady));
                }
            }
            catch (HttpRequestException)
            {
                // The next look tells as much.
            }

            await Task.Delay(Pause, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static bool IsReady(JsonElement pod) =>
        pod.GetProperty("status").TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(c => c.GetProperty("type").GetString() == "Ready" && c.GetProperty("status").GetString() == "True");
}
