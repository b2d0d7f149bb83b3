using Imago.Acceptance.Tests.Serving;
using Imago.Persistence.Tests.Kit;

namespace Imago.Acceptance.Tests.Resilience;

/// <summary>Server processes end without warning in the middle of twenty rollouts; nobody who looks afterwards can tell.</summary>
public sealed class KilledServerTests(PostgresServer postgres)
{
    // A node takes some seconds: long enough to be hit, short enough to wait for.
    private const int TimeScale = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Sqlite_KilledAndStartedAgainThreeTimes_FinishesAsIfNothingHadHappened()
    {
        await using var server = await ImagoServer.StartAsync(new ServerSettings { TimeScale = TimeScale });
        var rollouts = await TwentyRollouts.BeginAsync(server.Client);

        foreach (var done in (int[])[1, TwentyRollouts.Nodes / 3, TwentyRollouts.Nodes * 2 / 3])
        {
            await rollouts.DoneAsync(done, Patience);
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        await rollouts.EndAsIfNothingHadHappenedAsync();
        (await server.StopAsync()).ShouldBe(0);
        await StoredHistory.OfSqliteIsOfOneRunAsync(server.DatabaseFile);
    }

    [Fact]
    public async Task Postgres_OneOfTwoReplicasKilled_FinishesAsIfNothingHadHappened()
    {
        await postgres.StartAsync();
        await using var first = await ImagoServer.StartAsync(new ServerSettings { TimeScale = TimeScale, Database = postgres.ConnectionString });
        await using var second = await first.ReplicateAsync();
        var rollouts = await TwentyRollouts.BeginAsync(first.Client);

        await rollouts.DoneAsync(TwentyRollouts.Nodes / 3, Patience);
        await first.KillAsync();

        await rollouts.SeenBy(second.Client).EndAsIfNothingHadHappenedAsync();
        (await second.StopAsync()).ShouldBe(0);
        await StoredHistory.OfPostgresIsOfOneRunAsync(postgres.ConnectionString);
    }
}
