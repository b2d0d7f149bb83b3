using System.Collections.Concurrent;
using System.Text.Json;
using Imago.Domain.Rollouts.Actions;

namespace Imago.ReferenceProvider;

/// <summary>An operation as it was asked for.</summary>
/// <param name="Request">What was asked, under the id of the wire.</param>
/// <param name="Cluster">By which cluster.</param>
/// <param name="StartedAt">When it was begun.</param>
internal sealed record Entry(AskedFor Request, string Cluster, DateTimeOffset StartedAt);

/// <summary>A request, as it is compared and kept. The epoch is not part of it: a successor asks for the same operation under a higher one.</summary>
internal sealed record AskedFor(string Id, ProviderVerb Verb, string Pool, string Node, string? Image, string? PatchLevel);

/// <summary>
/// What must outlive the process: the operations that were begun, as they were asked for, and the highest epoch of each cluster. Each is on the disk before anything
/// is done about it, so that after a crash the world can be asked again for what it may not have heard of.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _epochs = new(StringComparer.Ordinal);
    private readonly FileStream? _file;

    private Ledger(FileStream? file) => _file = file;

    public static Ledger Open(string? file)
    {
        if (file is null)
        {
            return new Ledger(null);
        }

        var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var ledger = new Ledger(stream);
        ledger.Read(stream);
        return ledger;
    }

    public Entry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>Highest epoch that a cluster has shown; 0: none.</summary>
    public long EpochOf(string cluster) => _epochs.GetValueOrDefault(cluster);

    public void Note(Entry entry)
    {
        Write(new Line(entry, null, 0));
        _entries[entry.Request.Id] = entry;
    }

    public void Note(string cluster, long epoch)
    {
        if (epoch > EpochOf(cluster))
        {
            Write(new Line(null, cluster, epoch));
            _epochs[cluster] = epoch;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Read(FileStream stream)
    {
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var whole = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var range in content.AsSpan(0, whole).Split((byte)'\n'))
        {
            if (content.AsSpan(0, whole)[range] is { IsEmpty: false } text && JsonSerializer.Deserialize<Line>(text) is { } line)
            {
                if (line.Entry is { } entry)
                {
                    _entries[entry.Request.Id] = entry;
                }
                else
                {
                    _epochs[line.Cluster!] = line.Epoch;
                }
            }
        }

        // Half a line is what a crash left of a request that was never answered.
        stream.SetLength(whole);
        stream.Position = whole;
    }

    private void Write(Line line)
    {
        if (_file is not null)
        {
            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line), (byte)'\n']);
            _file.Flush(flushToDisk: true);
        }
    }

    private sealed record Line(Entry? Entry, string? Cluster, long Epoch);
}
