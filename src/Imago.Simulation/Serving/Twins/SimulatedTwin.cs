using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Ports;
using Imago.Application.Twins;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Twins.Rendering;

namespace Imago.Simulation.Serving.Twins;

/// <summary>A simulated cluster as an API server holds it.</summary>
internal sealed class SimulatedTwin(TwinSession session) : ITwin
{
    public async ValueTask<TwinList> ListAsync(ObjectKind kind, CancellationToken cancellation)
    {
        var asked = TwinKind.Of(kind);
        return await session.ReadAsync((world, board) => board.List(asked, world), cancellation) ?? throw Absent();
    }

    public ValueTask<TwinObject?> FindAsync(ObjectPlace place, CancellationToken cancellation)
    {
        var asked = TwinKind.Of(place.Kind);
        return session.ReadAsync((world, board) => board.Find(asked, place.Key, world), cancellation);
    }

    public ValueTask<TwinAnswer> CreateAsync(ObjectKind kind, JsonObject document, bool dryRun, CancellationToken cancellation)
    {
        var asked = TwinKind.Of(kind);
        return session.WriteAsync(new WorldCall.ObjectCreated(asked.Id, Written(asked, document)), dryRun, Concerns(asked), cancellation);
    }

    public ValueTask<TwinAnswer> ReplaceAsync(ObjectKind kind, JsonObject document, string? subresource, bool dryRun, CancellationToken cancellation)
    {
        var asked = TwinKind.Of(kind);
        if (subresource is not (null or "status" or "scale") || (subresource is "scale" && (!asked.IsWorkload || asked == TwinKind.DaemonSets)))
        {
            return ValueTask.FromResult<TwinAnswer>(new TwinRefusal(404, "NotFound", "the server could not find the requested resource"));
        }

        return session.WriteAsync(new WorldCall.ObjectReplaced(asked.Id, subresource, Written(asked, document)), dryRun, Concerns(asked), cancellation);
    }

    public ValueTask<TwinAnswer> DeleteAsync(ObjectPlace place, DeletionAsked asked, CancellationToken cancellation)
    {
        var kind = TwinKind.Of(place.Kind);
        return session.WriteAsync(new WorldCall.ObjectDeleted(kind.Id, place.Key, asked with { DryRun = false }), asked.DryRun, Concerns(kind), cancellation);
    }

    public ValueTask<TwinAnswer> EvictAsync(ObjectPlace pod, DeletionAsked asked, CancellationToken cancellation) =>
        session.WriteAsync(new WorldCall.EvictionAsked(pod.Key, asked with { DryRun = false }), asked.DryRun, concernsUpgrades: true, cancellation);

    public IAsyncEnumerable<TwinNews> WatchAsync(ObjectKind kind, long after, CancellationToken cancellation) => session.WatchAsync(TwinKind.Of(kind), after, cancellation);

    // The journal keeps what somebody can mean; status and field owners are the server's own. Only guests say their status themselves.
    private static JsonElement Written(TwinKind kind, JsonObject document)
    {
        var kept = document.DeepClone().AsObject();
        if (kind != TwinKind.Nodes)
        {
            kept.Remove("status");
        }

        kept.Child("metadata")?.Remove("managedFields");
        return JsonSerializer.SerializeToElement(kept);
    }

    private static bool Concerns(TwinKind kind) => kind == TwinKind.Nodes || kind == TwinKind.Pods || kind == TwinKind.Budgets || kind.IsWorkload;

    private static ConnectionException Absent() => new("The simulated cluster has no nodes yet, or not any more.");
}
