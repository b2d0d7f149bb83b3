using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Persistence.Stores;
using Imago.Persistence.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Sqlite;

public sealed class SqliteBackupTests : IAsyncDisposable
{
    private readonly SqliteDatabase database = new();
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Backup_WhileTheStoreIsWrittenTo_IsOfOneInstantAndHoldsAllThatWasAcknowledgedBefore()
    {
        var store = await database.OpenAsync();
        var written = 0;
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                // Two resources in a batch: a backup that is not of one instant would show one without the other.
                for (; !enough.IsCancellationRequested; written++)
                {
                    await store.CommitAsync(Creating(ClusterResource(Key("a", written)), ClusterResource(Key("b", written))), Cancellation);
                }
            },
            Cancellation);
        while (Volatile.Read(ref written) < 30)
        {
            await Task.Yield();
        }

        var before = Volatile.Read(ref written);
        await StoreBackup.WriteAsync(store, folder.File("backup.db"), Cancellation);
        await enough.CancelAsync();
        await writing;
        await StoreBackup.RestoreAsync(folder.File("backup.db"), folder.File("restored/imago.db"), Cancellation);

        await using var restored = await OpenAsync("restored/imago.db");
        var keys = (await restored.ListAsync(new ResourceQuery { Type = ResourceTypes.ManagedCluster, Limit = 100_000 }, Cancellation)).Items
            .Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        (keys.Count / 2).ShouldBeInRange(before, written);
        keys.ShouldBe(Enumerable.Range(0, keys.Count / 2).SelectMany(i => new[] { Key("a", i), Key("b", i) }), ignoreOrder: true);
    }

    [Fact]
    public async Task Backup_OfTheFileOfARunningStore_CanBeMadeByAnotherProcess()
    {
        var store = await database.OpenAsync();
        await store.CommitAsync(Creating(ClusterResource()), Cancellation);

        await StoreBackup.WriteAsync(database.Options.DataFile!, folder.File("backup.db"), Cancellation);
        await StoreBackup.RestoreAsync(folder.File("backup.db"), folder.File("restored.db"), Cancellation);

        await using var restored = await OpenAsync("restored.db");
        (await restored.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Backup_FileThatExists_IsRefusedAndLeftAlone()
    {
        var store = await database.OpenAsync();
        await File.WriteAllTextAsync(folder.File("mine"), "mine", Cancellation);

        (await Should.ThrowAsync<StoreRefusedException>(async () => await StoreBackup.WriteAsync(store, folder.File("mine"), Cancellation)))
            .Message.ShouldContain("exists already");
        (await File.ReadAllTextAsync(folder.File("mine"), Cancellation)).ShouldBe("mine");
        Directory.GetFiles(folder.Path).ShouldBe([folder.File("mine")]);
    }

    [Fact]
    public async Task Restore_Epochs_LeapOverAllThatMayHaveBeenGivenOutSince()
    {
        var store = await database.OpenAsync();
        await store.HoldLeaseAsync(Cluster, "a", Start, Duration.FromSeconds(30), Cancellation);
        await StoreBackup.WriteAsync(store, folder.File("backup.db"), Cancellation);
        var since = await store.HoldLeaseAsync(Cluster, "b", Start + Duration.FromSeconds(30), Duration.FromSeconds(30), Cancellation);
        await StoreBackup.RestoreAsync(folder.File("backup.db"), folder.File("restored.db"), Cancellation);

        await using var restored = await OpenAsync("restored.db");
        var lease = await restored.HoldLeaseAsync(Cluster, "c", Start + Duration.FromSeconds(60), Duration.FromSeconds(30), Cancellation);
        lease!.Epoch.ShouldBeGreaterThan(since!.Epoch);
    }

    [Fact]
    public async Task Restore_OverAStore_IsRefusedWhetherItIsOpenOrNot()
    {
        var store = await database.OpenAsync();
        await StoreBackup.WriteAsync(store, folder.File("backup.db"), Cancellation);

        (await RefusedAsync("backup.db", database.Options.DataFile!)).ShouldContain("is in use by another process");
        await database.CloseAsync(store);
        (await RefusedAsync("backup.db", database.Options.DataFile!)).ShouldContain("exists already. Move it away");
    }

    [Fact]
    public async Task Restore_OfSomethingElse_IsRefusedAndLeavesNoStore()
    {
        (await RefusedAsync("nothing", folder.File("restored.db"))).ShouldContain("does not exist");
        await File.WriteAllTextAsync(folder.File("text"), new string('x', 5000), Cancellation);
        await Should.ThrowAsync<StoreUnavailableException>(async () =>
            await StoreBackup.RestoreAsync(folder.File("text"), folder.File("restored.db"), Cancellation));

        File.Exists(folder.File("restored.db")).ShouldBeFalse();
    }

    [Fact]
    public async Task Restore_DamagedBackup_IsRefused()
    {
        var store = await database.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.CommitAsync(Creating(ClusterResource(Key("a", i), new string('x', 2000))), Cancellation);
        }

        await StoreBackup.WriteAsync(store, folder.File("backup.db"), Cancellation);
        var bytes = await File.ReadAllBytesAsync(folder.File("backup.db"), Cancellation);
        bytes.AsSpan(4096, bytes.Length - 8192).Fill(0xA5);
        await File.WriteAllBytesAsync(folder.File("backup.db"), bytes, Cancellation);

        await Should.ThrowAsync<Exception>(async () => await StoreBackup.RestoreAsync(folder.File("backup.db"), folder.File("restored.db"), Cancellation));
        File.Exists(folder.File("restored.db")).ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        folder.Dispose();
    }

    private static string Key(string kind, int number) => $"{Cluster}-{kind}-{number:d6}";

    private async Task<string> RefusedAsync(string backup, string target) => (await Should.ThrowAsync<StoreRefusedException>(async () =>
        await StoreBackup.RestoreAsync(folder.File(backup), target, Cancellation))).Message;

    private async Task<RelationalStore> OpenAsync(string file) =>
        await StoreFactory.OpenAsync(new StoreOptions { DataFile = folder.File(file) }, new StandingClock(), NullLoggerFactory.Instance, Cancellation);
}
