using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Transport;

namespace Imago.Kubernetes.Records;

/// <summary>
/// The rollout records of a cluster, one ConfigMap per pool. They are read once and then known, because only the holder of the lease writes them: a write that meets
/// another version, the loss of the lease or a call without an answer makes them be read again.
/// </summary>
internal sealed class RecordStore(KubernetesClient client, string ns)
{
    private ImmutableSortedDictionary<string, StoredRecord>? _known;

    /// <summary>Reads everything again the next time.</summary>
    public void Forget() => _known = null;

    public async ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadAsync(CancellationToken cancellation)
    {
        if (_known is { } known)
        {
            return known;
        }

        var read = ImmutableSortedDictionary.CreateBuilder<string, StoredRecord>(StringComparer.Ordinal);
        await foreach (var map in client.ListAsync(ResourceTypes.ConfigMaps, new ListQuery { Namespace = ns, LabelSelector = RecordNames.Selector }, cancellation))
        {
            if (RecordMap.Read(map) is { } stored)
            {
                read[stored.Record.Pool] = stored;
            }
        }

        return _known = read.ToImmutable();
    }

    /// <summary>Writes a record if the stored version is the expected one and nobody with a higher epoch has written.</summary>
    public async ValueTask<WriteResult> WriteAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation)
    {
        var before = (await ReadAsync(cancellation)).GetValueOrDefault(record.Pool);
        if (before?.Version != expectedVersion || before?.Record.Epoch > record.Epoch)
        {
            Forget();
            return new WriteResult(null);
        }

        var map = RecordMap.Write(ns, record, expectedVersion);
        Answer<ConfigMap> answer;
        try
        {
            answer = expectedVersion is null ? await CreateAsync(map, cancellation) : await client.ReplaceAsync(ResourceTypes.ConfigMaps, map, cancellation);
        }
        catch
        {
            // Whether it is stored is not known.
            Forget();
            throw;
        }

        if (!answer.Done)
        {
            Forget();
            return answer.Conflict || answer.NotFound ? new WriteResult(null) : throw Refused(map.Key, answer.Refusal);
        }

        var stored = new StoredRecord(record, answer.Object!.Metadata.ResourceVersion ?? "");
        _known = (_known ?? ImmutableSortedDictionary.Create<string, StoredRecord>(StringComparer.Ordinal)).SetItem(record.Pool, stored);
        return new WriteResult(stored);
    }

    /// <summary>
    /// Writes the epoch of a new holder into every record. Whatever its predecessor still has under way to the API then meets another version: a record written after the
    /// takeover can only be one of the new holder.
    /// </summary>
    public async ValueTask ClaimAsync(long epoch, CancellationToken cancellation)
    {
        // A predecessor that writes between our reading and our claim makes us read again; it cannot do so for longer than its lease allows.
        const int MostTries = 5;
        for (var attempt = 0; ; attempt++)
        {
            Forget();
            var open = (await ReadAsync(cancellation)).Values.Where(r => r.Record.Epoch < epoch).ToList();
            var all = true;
            foreach (var stored in open)
            {
                all &= (await WriteAsync(stored.Record with { Epoch = epoch }, stored.Version, cancellation)).Stored is not null;
            }

            if (all)
            {
                return;
            }

            if (attempt == MostTries)
            {
                throw new ConnectionException($"The rollout records in namespace '{ns}' keep changing under our lease: another Imago without a lease writes them. Stop it; then this server goes on by itself.");
            }
        }
    }

    /// <summary>Deletes all records; what is gone already is no error.</summary>
    public async ValueTask DeleteAllAsync(CancellationToken cancellation)
    {
        Forget();
        var maps = new List<ObjectKey>();
        await foreach (var map in client.ListAsync(ResourceTypes.ConfigMaps, new ListQuery { Namespace = ns, LabelSelector = RecordNames.Selector }, cancellation))
        {
            maps.Add(map.Key);
        }

        foreach (var key in maps)
        {
            await client.DeleteAsync(ResourceTypes.ConfigMaps, key, null, cancellation);
        }
    }

    private async Task<Answer<ConfigMap>> CreateAsync(ConfigMap map, CancellationToken cancellation)
    {
        var answer = await client.CreateAsync(ResourceTypes.ConfigMaps, map, cancellation);
        if (!answer.NotFound)
        {
            return answer;
        }

        await OwnNamespace.CreateAsync(client, ns, cancellation);
        return await client.CreateAsync(ResourceTypes.ConfigMaps, map, cancellation);
    }

    private static ConnectionException Refused(ObjectKey key, Status? why) => new($"The cluster refused to store the rollout record in ConfigMap '{key}': {why}");
}
