using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;
using NodaTime;

namespace Imago.Kubernetes.Records;

/// <summary>
/// The right to write to a cluster, as a Lease in it. Its epoch grows with every change of holder; a new holder writes it into all records before it does anything else.
/// </summary>
/// <remarks>
/// Another holder's lease is over when we have seen it unchanged for its whole length, on our own monotonic clock: clocks of two machines are never compared. Our own is
/// asked for again only after a quarter of its length, so that passes in quick succession cost no requests; in the cluster it is half as long again as the work that it
/// allows, which covers that quarter and a request under way when the work has to stop. Used by one pass at a time.
/// </remarks>
internal sealed class LeaseKeeper(KubernetesClient client, string ns, RecordStore records, TimeProvider clock)
{
    private readonly ObjectKey _key = new(ns, RecordNames.LeaseName);
    private Lease? _seen;
    private long _seenAt;
    private volatile Held? _held;
    private long _lost;

    /// <summary>Whether somebody else has taken the lease from us before it was over, as far as we have heard: nothing more may be written.</summary>
    public bool IsLost => _held is { } held && Volatile.Read(ref _lost) >= held.Epoch;

    /// <summary>The epoch under which we hold the lease; null: we do not, as far as we know.</summary>
    public long? Epoch => _held?.Epoch;

    /// <summary>What was seen of it last; who goes on after this one need not begin to wait anew. Null: nothing.</summary>
    public LeaseSight? Sight
    {
        get => _seen is { } seen ? new LeaseSight(seen, _seenAt) : null;
        init => (_seen, _seenAt) = value is null ? (null, 0) : (value.Lease, value.At);
    }

    public async ValueTask<ClusterLease?> HoldAsync(string holder, Duration length, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var now = Now();
        if (IsLost)
        {
            GiveUp();
        }

        if (_held is { } held && held.Holder == holder)
        {
            var age = clock.GetElapsedTime(held.RenewedAt);
            if (age < (length / 4).ToTimeSpan())
            {
                return new ClusterLease(holder, held.Epoch, held.At + length);
            }

            if (age < (length * 1.5).ToTimeSpan() && await RenewAsync(holder, length, now, cancellation))
            {
                return Holding(holder, held.Epoch, start, now, length);
            }
        }

        GiveUp();
        if (await TakeAsync(holder, length, now, cancellation) is not { } epoch)
        {
            return null;
        }

        // Whoever had it before us may have a write under way: from here on it meets another version.
        await records.ClaimAsync(epoch, cancellation);
        return Holding(holder, epoch, start, now, length);
    }

    /// <summary>
    /// The lease as a watch tells it; from any thread. Whoever takes it by force is not waited for: our next write would come after the first of theirs. A lease of before
    /// ours, told late, has a lower epoch, or says that we have let it go ourselves; to be wrong costs one reading.
    /// </summary>
    public void Heard(Lease lease)
    {
        if (_held is { } held && lease.Spec.HolderIdentity != held.Holder
            && (EpochOf(lease) > held.Epoch || (EpochOf(lease) == held.Epoch && !lease.Metadata.Annotations.ContainsKey(RecordNames.LastHolder))))
        {
            Volatile.Write(ref _lost, held.Epoch);
        }
    }

    /// <summary>The lease has been deleted, as a watch tells it; from any thread.</summary>
    public void HeardGone()
    {
        if (_held is { } held)
        {
            Volatile.Write(ref _lost, held.Epoch);
        }
    }

    /// <summary>Lets go of it, so that a successor need not wait. If that cannot be told, the successor waits.</summary>
    public async ValueTask ReleaseAsync(CancellationToken cancellation)
    {
        if (_held is not { } held || _seen is not { } seen)
        {
            return;
        }

        GiveUp();
        var metadata = seen.Metadata with { Annotations = seen.Metadata.Annotations.SetItem(RecordNames.LastHolder, held.Holder) };
        var spec = seen.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = Now() };
        var answer = await client.ReplaceAsync(ResourceTypes.Leases, seen with { Metadata = metadata, Spec = spec }, cancellation);
        See(answer.Object);
    }

    /// <summary>Deletes it; one that is gone already is no error.</summary>
    public async ValueTask DeleteAsync(CancellationToken cancellation)
    {
        GiveUp();
        _seen = null;
        await client.DeleteAsync(ResourceTypes.Leases, _key, null, cancellation);
    }

    private void GiveUp()
    {
        _held = null;
        records.Forget();
    }

    private ClusterLease Holding(string holder, long epoch, long start, Instant now, Duration length)
    {
        Volatile.Write(ref _lost, 0);
        _held = new Held(holder, epoch, start, now);
        return new ClusterLease(holder, epoch, now + length);
    }

    /// <summary>Renews without reading: whoever took it meanwhile changed its version.</summary>
    private async ValueTask<bool> RenewAsync(string holder, Duration length, Instant now, CancellationToken cancellation)
    {
        if (_seen is not { } seen)
        {
            return false;
        }

        var answer = await client.ReplaceAsync(ResourceTypes.Leases, seen with { Spec = SpecOf(seen.Spec, holder, length, now) }, cancellation);
        See(answer.Object);
        return answer.Done;
    }

    /// <summary>Takes it if nobody has it.</summary>
    /// <returns>The epoch; null: somebody has it, or was faster.</returns>
    private async ValueTask<long?> TakeAsync(string holder, Duration length, Instant now, CancellationToken cancellation)
    {
        var found = await client.FindAsync(ResourceTypes.Leases, _key, cancellation);
        if (found is not null)
        {
            See(found);
            if (found.Spec.HolderIdentity != holder && !IsOver(found))
            {
                return null;
            }
        }

        var isOurs = found is not null && (found.Spec.HolderIdentity == holder || WasLast(found, holder));
        var epoch = isOurs ? EpochOf(found!) : await NextEpochAsync(found, cancellation);
        var spec = SpecOf(found?.Spec ?? new LeaseSpec(), holder, length, now);
        if (!isOurs)
        {
            spec = spec with { AcquireTime = now, LeaseTransitions = found is null ? 0 : (found.Spec.LeaseTransitions ?? 0) + 1 };
        }

        var wanted = new Lease
        {
            Metadata = (found?.Metadata ?? new ObjectMeta { Namespace = ns, Name = RecordNames.LeaseName }) with
            {
                Labels = (found?.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).SetItem(RecordNames.ManagedBy, RecordNames.Imago),
                Annotations = (found?.Metadata.Annotations ?? ImmutableDictionary<string, string>.Empty).SetItem(RecordNames.Epoch, epoch.ToString(CultureInfo.InvariantCulture)).Remove(RecordNames.LastHolder),
            },
            Spec = spec,
        };
        var answer = found is null ? await CreateAsync(wanted, cancellation) : await client.ReplaceAsync(ResourceTypes.Leases, wanted, cancellation);
        See(answer.Object);
        return answer.Done ? epoch : answer.Conflict || answer.NotFound ? null : throw new ConnectionException($"The cluster refused lease '{_key}': {answer.Refusal}");
    }

    // Somebody may have deleted the lease; the records then still know how high the epoch was.
    private async ValueTask<long> NextEpochAsync(Lease? found, CancellationToken cancellation)
    {
        records.Forget();
        var highest = (await records.ReadAsync(cancellation)).Values.Select(r => r.Record.Epoch).DefaultIfEmpty(0).Max();
        return Math.Max(highest, found is null ? 0 : EpochOf(found)) + 1;
    }

    private async Task<Answer<Lease>> CreateAsync(Lease wanted, CancellationToken cancellation)
    {
        var answer = await client.CreateAsync(ResourceTypes.Leases, wanted, cancellation);
        if (!answer.NotFound)
        {
            return answer;
        }

        await OwnNamespace.CreateAsync(client, ns, cancellation);
        return await client.CreateAsync(ResourceTypes.Leases, wanted, cancellation);
    }

    private void See(Lease? lease)
    {
        if (lease is not null && _seen?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion)
        {
            _seen = lease;
            _seenAt = clock.GetTimestamp();
        }
    }

    private bool IsOver(Lease lease) => string.IsNullOrEmpty(lease.Spec.HolderIdentity)
        || clock.GetElapsedTime(_seenAt) >= TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 0);

    private static bool WasLast(Lease lease, string holder) =>
        string.IsNullOrEmpty(lease.Spec.HolderIdentity) && lease.Metadata.Annotations.GetValueOrDefault(RecordNames.LastHolder) == holder;

    private static LeaseSpec SpecOf(LeaseSpec before, string holder, Duration length, Instant now) => before with
    {
        HolderIdentity = holder,
        LeaseDurationSeconds = (int)Math.Ceiling(length.TotalSeconds * 1.5),
        RenewTime = now,
    };

    private static long EpochOf(Lease lease) =>
        long.TryParse(lease.Metadata.Annotations.GetValueOrDefault(RecordNames.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : (lease.Spec.LeaseTransitions ?? 0) + 1;

    private Instant Now() => Instant.FromDateTimeOffset(clock.GetUtcNow());

    private sealed record Held(string Holder, long Epoch, long RenewedAt, Instant At);
}

/// <summary>A lease as it was seen.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="At">Since when it has looked like this, as a timestamp of our own clock.</param>
internal sealed record LeaseSight(Lease Lease, long At);
