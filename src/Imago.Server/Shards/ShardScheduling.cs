using Imago.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;

namespace Imago.Server.Shards;

/// <summary>The shards as Quartz jobs: in memory for one process, in the database for several, which take over one another's.</summary>
internal static class ShardScheduling
{
    // A replica that has not checked in for the sum of both is taken for dead: its shards are somebody else's within twenty seconds.
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CheckInGrace = TimeSpan.FromSeconds(8);

    // How long a shard lies idle between two turns.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A turn that a dead replica was about to begin is late: after this somebody else begins it. Quartz's own minute would leave a few shards alone for that long.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SharedTurn = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LoneTurn = TimeSpan.FromMinutes(30);

    public static void AddShards(this IServiceCollection services, ServerOptions options, string replica)
    {
        services.AddSingleton(new ShardPace(options.Database is null ? LoneTurn : SharedTurn));
        services.AddSingleton<HeldShards>();
        services.AddSingleton<EngineCheck>();
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "imago";
                scheduler.InstanceId = replica;
                scheduler.MaxBatchSize = 16;
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(2);
            });
            quartz.UseDefaultThreadPool(Application.Engine.Shards.Count);
            if (options.Database is { } database)
            {
                quartz.UsePersistentStore(store =>
                {
                    store.UsePostgres(NpgsqlFactory.Instance, database);
                    store.ProvisionSchema();
                    store.ConfigureStore(ado => (ado.MisfireThreshold, ado.MisfireHandlerFrequency) = (Late, Late));
                    store.UseClustering(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (CheckIn, CheckInGrace));
                });
            }
            else
            {
                quartz.UseInMemoryStore(_ => { });
            }

            for (var shard = 0; shard < Application.Engine.Shards.Count; shard++)
            {
                var key = ShardJob.KeyOf(shard);
                quartz.AddJob<ShardJob>(job => job.WithIdentity(key).DisallowConcurrentExecution().RequestRecovery().StoreDurably());
                quartz.AddTrigger<ShardJob>(trigger => trigger.ForJob(key).WithIdentity(key.Name, key.Group).StartNow()
                    .WithSimpleSchedule(schedule => schedule.WithInterval(Pause).RepeatForever().MeasureIntervalFromCompletion(true)));
            }
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }
}
