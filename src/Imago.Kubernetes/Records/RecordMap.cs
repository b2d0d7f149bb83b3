using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Imago.Application.History;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Records;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Records;

/// <summary>A rollout record as a ConfigMap: the text for Imago, annotations for people.</summary>
internal static class RecordMap
{
    /// <summary>Bytes of text beyond which a record is stored compressed. A ConfigMap may have 1 MiB; the record of a thousand nodes has about a third of that.</summary>
    internal const int LongestText = 512 << 10;

    /// <summary>Bytes of a record that are read at most: a few kilobytes in a ConfigMap can be packed from gigabytes, and whoever may write it must not thereby end the server.</summary>
    internal const int LongestUnpacked = 64 << 20;

    public static ConfigMap Write(string ns, RolloutRecord record, string? version)
    {
        var text = RecordText.Write(record);
        var isLong = Encoding.UTF8.GetByteCount(text) > LongestText;
        return new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Namespace = ns,
                Name = RecordNames.MapOf(record.Pool),
                ResourceVersion = version,
                Labels = ImmutableDictionary<string, string>.Empty.Add(RecordNames.ManagedBy, RecordNames.Imago).Add(RecordNames.Pool, RecordNames.LabelOf(record.Pool)),
                Annotations = Summary(record),
            },
            Data = isLong ? null : ImmutableDictionary<string, string>.Empty.Add(RecordNames.Text, text),
            BinaryData = isLong ? ImmutableDictionary<string, string>.Empty.Add(RecordNames.Compressed, Convert.ToBase64String(Compress(text))) : null,
        };
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Null: the map holds none, as one that somebody else made under our label.</returns>
    /// <exception cref="ConnectionException">What it holds cannot be read. Going on as if there were none could repeat or forget what is under way.</exception>
    public static StoredRecord? Read(ConfigMap map)
    {
        try
        {
            var text = map.Data?.GetValueOrDefault(RecordNames.Text)
                ?? (map.BinaryData?.GetValueOrDefault(RecordNames.Compressed) is { } compressed ? Decompress(Convert.FromBase64String(compressed)) : null);
            return text is null ? null : new StoredRecord(RecordText.Read(text), map.Metadata.ResourceVersion ?? "");
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidDataException or NotSupportedException)
        {
            throw new ConnectionException(
                $"ConfigMap '{map.Key}' holds a rollout record that cannot be read ({unreadable.Message}). Put back what was there, or delete it with 'kubectl delete configmap -n {map.Key.Namespace} {map.Key.Name}': nodes of the rollout that it speaks of then stay as they are until the pool's next rollout.", unreadable);
        }
    }

    private static ImmutableDictionary<string, string> Summary(RolloutRecord record) => ImmutableDictionary<string, string>.Empty
        .Add(RecordNames.Epoch, record.Epoch.ToString(CultureInfo.InvariantCulture))
        .Add(RecordNames.Rollout, record.Id)
        .Add(RecordNames.Target, record.Target.Name)
        .Add(RecordNames.Phase, record.Phase.ToString())
        .Add(RecordNames.Progress, string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Settled.Values.Count(s => s.Result == NodeResult.Upgraded)} upgraded, {record.Active.Count} under way, {record.SurgeNodes.Values.Count(s => s.Counts)} surge, of {record.OriginalSize}"));

    private static byte[] Compress(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static string Decompress(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (gzip.Read(buffer) is > 0 and var count)
        {
            if (text.Length + count > LongestUnpacked)
            {
                throw new InvalidDataException($"it is longer than {LongestUnpacked >> 20} MiB");
            }

            text.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
