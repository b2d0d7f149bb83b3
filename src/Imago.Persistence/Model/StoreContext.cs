using Imago.Application.Storage;
using Microsoft.EntityFrameworkCore;

namespace Imago.Persistence.Model;

/// <summary>
/// The one model of both databases. The records of the store's port are its entities: there is no second set of classes to keep equal to them. It only reads;
/// writes go through <see cref="Writing.StoreSession"/>.
/// </summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    public DbSet<StoredResource> Resources => Set<StoredResource>();

    public DbSet<StoredOperation> Operations => Set<StoredOperation>();

    public DbSet<ActivityEntry> Activities => Set<ActivityEntry>();

    public DbSet<StoredRollout> Rollouts => Set<StoredRollout>();

    public DbSet<StoredDecision> Decisions => Set<StoredDecision>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    public DbSet<JournalEntry> Journal => Set<JournalEntry>();

    public DbSet<JournalSnapshot> Snapshots => Set<JournalSnapshot>();

    public DbSet<StoredLease> Leases => Set<StoredLease>();

    public DbSet<ClusterWake> Wakes => Set<ClusterWake>();

    public DbSet<StoredRelease> Releases => Set<StoredRelease>();

    public DbSet<ServicePrincipal> Principals => Set<ServicePrincipal>();

    public DbSet<RoleAssignment> Assignments => Set<RoleAssignment>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => StoreModel.Convert(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => StoreModel.Configure(modelBuilder);
}
