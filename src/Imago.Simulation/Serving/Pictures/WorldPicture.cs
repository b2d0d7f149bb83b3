using System.IO.Compression;
using System.Text;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Pictures;

/// <summary>
/// A served world at rest as bytes, and back: nothing that will be noticed later is lost, and nothing is due. A version comes first, so that a later Imago can
/// tell an old picture from a new one; the rest is compressed.
/// </summary>
internal static class WorldPicture
{
    // 1: without the books of the cluster's API. 2: without guests and restarted machines. 3: without what agents were told and report. An older version is still written where
    // nothing of a newer one is there, so that an older Imago can go on with the cluster.
    private const byte Version = 4;
    private const byte VersionWithoutAgents = 3;
    private const byte VersionWithoutGuests = 2;
    private const byte FirstVersion = 1;

    /// <summary>The world as bytes.</summary>
    /// <exception cref="InvalidOperationException">The world is not at rest: what is planned cannot be put away.</exception>
    public static byte[] Take(ServedWorld served)
    {
        if (!served.AtRest)
        {
            throw new InvalidOperationException($"The simulated cluster '{served.Facts.Name}' cannot be put away: something happens in it at {served.World.Time.NextAt}.");
        }

        using var bytes = new MemoryStream();
        var nodes = served.World.State.Nodes.Values;
        bytes.WriteByte(nodes.Any(NodePicture.HasAgentFacts) ? Version : nodes.Any(n => n.IsGuest || n.Boots > 0) ? VersionWithoutAgents : VersionWithoutGuests);
        using (var packed = new BrotliStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        using (var binary = new BinaryWriter(packed, Encoding.UTF8))
        {
            var to = new PictureWriter(binary);
            var state = served.World.State;
            to.Text(JournalText.Write(new WorldCall.Created(served.Facts, state.Seed.State, state.Settings)));
            to.Time(state.Time.Now);
            to.Number(state.Uids);
            to.Flag(state.Stopped);
            NodePicture.Write(to, served.World.Scheduler);
            PodPicture.Write(to, served.World);
            LedgerPicture.Write(to, served);
            to.Flag(served.Deployed);
            ObjectPicture.Write(to, served);
        }

        return bytes.ToArray();
    }

    /// <summary>The world of the bytes, at the instant at which they were taken.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a picture that this version can read.</exception>
    public static ServedWorld Restore(ReadOnlyMemory<byte> picture, ITraceSink? trace)
    {
        if (picture.IsEmpty || picture.Span[0] is < FirstVersion or > Version)
        {
            throw new InvalidDataException($"The picture of a simulated cluster has version {(picture.IsEmpty ? 0 : picture.Span[0])}; this Imago reads versions {FirstVersion} to {Version}. Start the Imago that wrote it, or a newer one.");
        }

        using var packed = new BrotliStream(new MemoryStream(picture[1..].ToArray()), CompressionMode.Decompress);
        using var binary = new BinaryReader(packed, Encoding.UTF8);
        var version = picture.Span[0];
        var from = new PictureReader(binary) { Version = version };
        var beginning = JournalText.Read<WorldCall.Created>(from.Text());
        var world = new SimulatedWorld(beginning.Settings, new Seed(beginning.Seed), from.Time(), new NodeFactory([]), trace);
        world.State.Uids = from.Number();
        world.State.Stopped = from.Flag();
        var served = new ServedWorld(world, beginning.Facts);
        NodePicture.Read(from, world);
        PodPicture.Read(from, world);
        LedgerPicture.Read(from, served);
        if (version == FirstVersion)
        {
            served.Deployed = world.State.Workloads.Count > 0;
            served.Ledger.Catch();
        }
        else
        {
            served.Deployed = from.Flag();
            ObjectPicture.Read(from, served);
        }

        world.Guests.Restored();
        return served;
    }
}
