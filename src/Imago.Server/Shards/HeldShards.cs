namespace Imago.Server.Shards;

/// <summary>Which shards this process works on, so that somebody who asks can be told of one that nobody works on.</summary>
internal sealed class HeldShards(TimeProvider clock)
{
    // Between two turns a shard lies idle for a moment; only one that stays so is missed.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    private readonly Lock _turn = new();
    private readonly Holding[] _shards = new Holding[Application.Engine.Shards.Count];

    public void Begin(int shard) => Set(shard, new Holding(IsHeld: true, EndedAt: null));

    /// <summary>A turn is over. One that failed does not count for the time until the next.</summary>
    public void End(int shard, bool failed) => Set(shard, new Holding(IsHeld: false, failed ? null : clock.GetTimestamp()));

    /// <summary>Shards that this process does not work on.</summary>
    public IReadOnlyList<int> Missing()
    {
        lock (_turn)
        {
            return [.. _shards.Index().Where(s => !s.Item.IsHeld && (s.Item.EndedAt is not { } ended || clock.GetElapsedTime(ended) > Idle)).Select(s => s.Index)];
        }
    }

    private void Set(int shard, Holding holding)
    {
        lock (_turn)
        {
            _shards[shard] = holding;
        }
    }

    private readonly record struct Holding(bool IsHeld, long? EndedAt);
}
