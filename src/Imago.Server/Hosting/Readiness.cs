namespace Imago.Server.Hosting;

/// <summary>Whether the server may be sent work: its store answers and its engine works. Asked for by <c>/readyz</c>.</summary>
/// <param name="checkStore">Throws if the store does not answer.</param>
/// <param name="engineProblem">What is wrong with the engine, in words; null: nothing.</param>
public sealed class Readiness(Func<CancellationToken, ValueTask> checkStore, Func<CancellationToken, ValueTask<string?>> engineProblem)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _started;
    private volatile bool _stopping;

    public void Started() => _started = true;

    public void Stopping() => _stopping = true;

    /// <summary>What is not ready, in words; empty: all is.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellation)
    {
        if (_stopping)
        {
            // What the engine and the store do on their way down is nobody's concern any more.
            return ["The server is stopping."];
        }

        List<string> problems = [];
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

        if (!_started)
        {
            problems.Add("The engine has not started yet.");
            return problems;
        }

        try
        {
            if (await engineProblem(patience.Token) is { } wrong)
            {
                problems.Add(wrong);
            }
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            problems.Add("The engine does not answer.");
        }

        return problems;
    }
}
