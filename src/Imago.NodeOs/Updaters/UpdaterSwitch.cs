using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Updaters;

/// <summary>Switches the distribution's own updater on and off (NM-18), and gives back what was found before.</summary>
public sealed class UpdaterSwitch(MachineRoot root, ICommands commands, MachineSettings settings)
{
    /// <summary>Hands the packages to one of the two. Doing it twice changes nothing more.</summary>
    public ValueTask<UpdaterState> SetAsync(OsUpdater updater, CancellationToken cancellation) => throw new NodeOsException($"{root.At("/")}{commands}{settings}{updater}");

    /// <summary>Gives back exactly what was found before the first switch; does nothing if it was never switched.</summary>
    public ValueTask<UpdaterState> RestoreAsync(CancellationToken cancellation) => throw new NodeOsException();

    /// <summary>How it stands now.</summary>
    public UpdaterState Read() => throw new NodeOsException();
}

/// <summary>How the distribution's own updater stands.</summary>
/// <param name="Switched">What it was switched to; null: it was never switched, or was given back.</param>
/// <param name="On">Whether it would install something by itself.</param>
/// <param name="Problem">What keeps it from doing what was asked, for people; null: nothing.</param>
public sealed record UpdaterState(OsUpdater? Switched, bool On, string? Problem);
