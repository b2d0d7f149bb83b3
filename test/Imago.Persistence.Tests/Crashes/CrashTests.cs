using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Persistence.Crash;
using Imago.Persistence.Stores;
using Imago.Persistence.Tests.Kit;
using NodaTime;

namespace Imago.Persistence.Tests.Crashes;

/// <summary>Nothing that was acknowledged is lost by kill -9, and no batch is there in part: of the program that writes, and of the database server.</summary>
public sealed class CrashTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("IMAGO_SOAK") is "1" ? 100 : 3;

    [Fact]
    public async Task Sqlite_ProgramKilledUnderLoad_KeepsWhatWasAcknowledgedWhole()
    {
        await using var database = new SqliteDatabase();
        for (var round = 0; round < Rounds; round++)
        {
            using var program = KilledProgram.Start(database.Options);
            await program.RunAsync(Batches(round));
            await program.KillAsync();

            await CheckAsync(database, program, round);
        }
    }

    [Fact]
    public async Task Postgres_ProgramOrServerKilledUnderLoad_KeepsWhatWasAcknowledgedWhole()
    {
        await using var server = new PostgresServer();
        await using var database = await PostgresDatabase.CreateAsync(server);
        for (var round = 0; round < Rounds; round++)
        {
            using var program = KilledProgram.Start(database.Options);
            await program.RunAsync(Batches(round));
            if (round % 3 == 1)
            {
                await server.KillAsync();
                await program.DrainAsync();
                await server.StartAsync();
            }
            else
            {
                await program.KillAsync();
            }

            await CheckAsync(database, program, round);
        }
    }

    // Another length each round, so that the kill falls at another place: among the first batches, before and after a checkpoint …
    private static int Batches(int round) => 40 + (round * 137 % 400);

    private static async Task CheckAsync(TestDatabase database, KilledProgram program, int round)
    {
        var store = await database.OpenAsync();
        program.Acknowledged.ShouldNotBeEmpty();
        foreach (var (writer, acknowledged) in program.Acknowledged)
        {
            var stored = await WholeAsync(store, writer);

            // One more at most: the batch that was committed and whose answer nobody heard.
            stored.ShouldBeInRange(acknowledged, acknowledged + 1, $"writer {writer} in round {round}");
        }

        await database.CloseAsync(store);
    }

    /// <summary>How many batches of a writer are stored, having seen that each is there in all its parts and no further one in any.</summary>
    private static async Task<long> WholeAsync(RelationalStore store, int writer)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var cluster = (await store.FindAsync(Load.Cluster(writer), cancellation))!;
        var count = cluster.Version - 1;
        cluster.Document.ShouldBe($"{count}");

        var numbers = Enumerable.Range(1, (int)count).ToList();
        (await store.ListAsync(new ResourceQuery { Type = ResourceTypes.AgentPool, Under = Load.Cluster(writer), Limit = int.MaxValue - 1 }, cancellation))
            .Items.Select(r => r.Key).ShouldBe(numbers.Select(n => Load.Pool(writer, n)));
        (await store.OpenOperationsAsync(Load.Cluster(writer), cancellation)).Select(o => o.Id).ShouldBe(numbers.Select(n => Load.Operation(writer, n)));
        (await store.ActivitiesAsync(Load.Activities(writer), cancellation)).Items.Select(a => a.EventDataId)
            .ShouldBe(numbers.AsEnumerable().Reverse().Select(n => Load.Event(writer, n)));
        ((await store.JournalAsync(Load.Cluster(writer), cancellation))?.Entries.Length ?? 0).ShouldBe((int)count);
        if (count > 0)
        {
            (await store.WakesAsync([Shards.Of(Load.Cluster(writer))], null, 100, cancellation)).Single(w => w.ClusterKey == Load.Cluster(writer))
                .ShouldBe(new ClusterWake(Load.Cluster(writer), Shards.Of(Load.Cluster(writer)), Instant.FromUnixTimeTicks(1), count));
        }

        return count;
    }
}
