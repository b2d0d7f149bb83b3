namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>Others who work in the cluster at the same time, and know nothing of us.</summary>
internal static class Others
{
    /// <summary>Does something again and again until it is cancelled.</summary>
    public static async Task EveryAsync(TimeSpan pause, Func<int, Task> act, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await act(i);
            await Task.Delay(pause, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>A Deployment without a budget grows and shrinks: there is always a pod that has just come to some node.</summary>
    public static Task ComeAndGoAsync(FaultyTwin twin, CancellationToken stop) => EveryAsync(
        TimeSpan.FromMilliseconds(150), i => twin.PatchAsync("/apis/apps/v1/namespaces/default/deployments/worker", $$$$"""{"spec":{"replicas":{{{{2 + (i % 4)}}}}}}""", CancellationToken.None), stop);

    /// <summary>Somebody writes to every node all the time, so that whatever is decided on one has been decided on an older version. At the end what was written is removed.</summary>
    public static async Task WriteOnNodesAsync(FaultyTwin twin, IReadOnlyCollection<string> nodes, CancellationToken stop)
    {
        await EveryAsync(TimeSpan.FromMilliseconds(30), i => WriteAsync($"\"{i}\""), stop);
        await WriteAsync("null");

        async Task WriteAsync(string value)
        {
            foreach (var node in nodes)
            {
                try
                {
                    await twin.PatchAsync($"/api/v1/nodes/{node}", $$$$"""{"metadata":{"annotations":{"others/count":{{{{value}}}}}}}""", CancellationToken.None);
                }
                catch (HttpRequestException)
                {
                    // It is being reimaged just now.
                }
            }
        }
    }
}
