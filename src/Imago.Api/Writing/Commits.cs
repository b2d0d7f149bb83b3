using Imago.Api.Pipeline;
using Imago.Application.Engine;
using Imago.Application.Storage;

namespace Imago.Api.Writing;

/// <summary>What one try at a write comes to: something to store and what to answer then, or only an answer.</summary>
/// <param name="Batch">Null: nothing is to be stored.</param>
/// <param name="Answer">The answer, given once the batch is stored.</param>
internal sealed record Attempt(StoreBatch? Batch, ApiAnswer Answer)
{
    public static Attempt Only(ApiAnswer answer) => new(null, answer);
}

/// <summary>
/// Stores what requests ask for. When somebody else was faster, the request is judged again from what is stored now: its conditions, its admission, what
/// it still changes. So a write is always decided on the state that it replaces.
/// </summary>
internal sealed class Commits(IStore store, IEngineSignal signal)
{
    private const int MostTries = 8;

    /// <summary>Tries until it is stored, or refused.</summary>
    public async ValueTask<ApiAnswer> RunAsync(ApiRequest request, Func<ValueTask<Attempt>> attempt)
    {
        var conflict = "";
        for (var tries = 0; tries < MostTries; tries++)
        {
            var (batch, answer) = await attempt();
            if (batch is null)
            {
                return answer;
            }

            var outcome = await store.CommitAsync(batch, request.Cancellation);
            if (outcome.Committed)
            {
                foreach (var (cluster, _) in batch.Nudges)
                {
                    signal.Nudge(cluster);
                }

                return answer;
            }

            conflict = outcome.Conflict ?? "";
        }

        return Problems.Conflict(conflict);
    }
}
