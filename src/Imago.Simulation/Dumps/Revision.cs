using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Imago.Simulation.Dumps;

/// <summary>
/// Which of two objects of one name is newer: by resource version, then creation, then uid, and where all of that is missing by content, so that
/// the order of items never decides.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Revision(ulong ResourceVersion, Instant CreatedAt, string Uid, ulong Content) : IComparable<Revision>
{
    public static Revision Of(JsonElement item)
    {
        var metadata = item.Child("metadata");
        return new Revision(
            ulong.TryParse(metadata.Text("resourceVersion"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0,
            Created(metadata),
            metadata.Text("uid") ?? "",
            Fingerprint(JsonMarshal.GetRawUtf8Value(item)));
    }

    public static Instant Created(JsonElement metadata) =>
        metadata.Text("creationTimestamp") is { } text && InstantPattern.ExtendedIso.Parse(text) is { Success: true } parsed ? parsed.Value : default;

    public int CompareTo(Revision other)
    {
        var order = ResourceVersion.CompareTo(other.ResourceVersion);
        order = order != 0 ? order : CreatedAt.CompareTo(other.CreatedAt);
        order = order != 0 ? order : string.CompareOrdinal(Uid, other.Uid);
        return order != 0 ? order : Content.CompareTo(other.Content);
    }

    private static ulong Fingerprint(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash = unchecked((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * 0x9E3779B97F4A7C15);
            hash ^= hash >> 29;
        }

        foreach (var b in bytes)
        {
            hash = unchecked((hash ^ b) * 0x100000001B3);
        }

        return hash;
    }
}
