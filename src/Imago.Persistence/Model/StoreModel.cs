using System.Text;
using Imago.Application.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using NodaTime;

namespace Imago.Persistence.Model;

/// <summary>How the records of the port lie in tables: names in snake case, instants as ticks since 1970, enumerations by name.</summary>
internal static class StoreModel
{
    public static void Convert(ModelConfigurationBuilder conventions)
    {
        conventions.Properties<Instant>().HaveConversion<InstantConverter>();
        conventions.Properties<ReadOnlyMemory<byte>>().HaveConversion<BytesConverter>();
        conventions.Properties<Enum>().HaveConversion<string>();
    }

    public static void Configure(ModelBuilder model)
    {
        model.Entity<StoredResource>(e =>
        {
            e.ToTable("resources").HasKey(r => r.Key);
            e.Property<string>(Columns.TypeKey);
        });
        model.Entity<StoredOperation>(e =>
        {
            e.Property<long>(Columns.Seq);
            e.ToTable("operations").HasKey(Columns.Seq);
            e.Property<bool>(Columns.IsOpen);
            e.Ignore(o => o.Ended);
        });
        model.Entity<ActivityEntry>(e =>
        {
            e.Property<long>(Columns.Seq);
            e.ToTable("activities").HasKey(Columns.Seq);
            e.Property<string>(Columns.SubscriptionKey);
            e.Property<string>(Columns.ResourceGroupKey);
            e.Property<string>(Columns.ResourceKey);
            e.Property<string>(Columns.CorrelationKey);
        });
        model.Entity<StoredRollout>().ToTable("rollouts").HasKey(r => new { r.ClusterKey, r.Id });
        model.Entity<StoredDecision>().ToTable("decisions").HasKey(d => new { d.ClusterKey, d.RolloutId, d.Number });
        model.Entity<OutboxMessage>(e =>
        {
            e.Property<long>(Columns.Seq);
            e.ToTable("outbox").HasKey(Columns.Seq);
            e.Property<Instant?>(Columns.DeliveredAt);
        });
        model.Entity<JournalEntry>().ToTable("journal").HasKey(j => new { j.ClusterKey, j.Number });
        model.Entity<JournalSnapshot>().ToTable("journal_snapshots").HasKey(s => s.ClusterKey);
        model.Entity<StoredLease>().ToTable("leases").HasKey(l => l.ClusterKey);
        model.Entity<ClusterWake>().ToTable("wakes").HasKey(w => w.ClusterKey);
        model.Entity<StoredRelease>().ToTable("releases").HasKey(r => r.Name);
        model.Entity<ServicePrincipal>().ToTable("principals").HasKey(p => p.AppId);
        model.Entity<RoleAssignment>().ToTable("role_assignments").HasKey(a => a.Id);
        model.Entity<SigningKey>().ToTable("signing_keys").HasKey(k => k.KeyId);

        foreach (var property in model.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private sealed class InstantConverter() : ValueConverter<Instant, long>(i => i.ToUnixTimeTicks(), t => Instant.FromUnixTimeTicks(t));

    private sealed class BytesConverter() : ValueConverter<ReadOnlyMemory<byte>, byte[]>(m => m.ToArray(), b => b);
}
