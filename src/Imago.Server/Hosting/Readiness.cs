namespace Imago.Server.Hosting;

/// <summary>Whether the server may be sent work: its store answers and its engine runs. Asked for by <c>/readyz</c>.</summary>
public sealed class Readiness(Func<CancellationToken, ValueTask> checkStore)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _engineRuns;
    private volatile bool _stopping;

    public void EngineRuns() => _engineRuns = true;

    public void Stopping() => _stopping = true;

    /// <summary>What is not ready, in words; empty: all is.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellation)
    {
        List<string> problems = [];
        if (_stopping)
        {
            problems.Add("The server is stopping.");
        }

        if (!_engineRuns)
        {
            problems.Add("The engine has not started yet.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await checkStore(patience.Token);
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            problems.Add("The store does not answer.");
        }

        return problems;
    }
}
