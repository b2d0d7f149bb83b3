using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Imago.Server.Shards;

/// <summary>Works on one shard for a while and then lets go of it, so that replicas share the shards. A replica that dies loses its shards to the others: each job asks for recovery.</summary>
internal sealed partial class ShardJob(IShardWork work, ShardPace pace, HeldShards held, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ShardJob> log) : IJob
{
    public static JobKey KeyOf(int shard) => new(shard.ToString(CultureInfo.InvariantCulture), "shards");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var shard = int.Parse(context.JobDetail.Key.Name, CultureInfo.InvariantCulture);
        using var turn = new CancellationTokenSource(pace.TurnOf(shard), clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(turn.Token, cancellationToken, lifetime.ApplicationStopping);
        var failed = false;
        held.Begin(shard);
        try
        {
            await work.RunAsync(shard, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The turn is over, or the server stops; the next one takes the shard from here.
        }
        catch (Exception problem)
        {
            // Whatever it was must not end the shard for good: the trigger comes again in a moment.
            failed = true;
            Failed(shard, problem);
        }
        finally
        {
            held.End(shard, failed);
        }
    }
}

/// <summary>What is done with a shard for as long as one holds it.</summary>
internal interface IShardWork
{
    /// <summary>Works on a shard until it is told to stop; what is in hand then is finished.</summary>
    Task RunAsync(int shard, CancellationToken stop);
}

/// <summary>How long one replica keeps a shard before others may have it.</summary>
/// <param name="Turn">A turn; half as long again for the last shard, so that they do not all change hands at once.</param>
internal sealed record ShardPace(TimeSpan Turn)
{
    public TimeSpan TurnOf(int shard) => Turn + Turn * shard / (2.0 * Application.Engine.Shards.Count);
}
