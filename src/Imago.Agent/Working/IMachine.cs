using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.Working;

/// <summary>What the agent does to its machine. A port, so that the whole agent can be tested on a machine made of memory.</summary>
internal interface IMachine
{
    /// <summary>The boot that it is in.</summary>
    string BootId { get; }

    /// <summary>The driver of its operating system.</summary>
    /// <exception cref="NodeOsException">There is none for it.</exception>
    INodeOsDriver Driver { get; }

    /// <summary>Tells it to restart. It returns at once; the machine goes down some time later.</summary>
    /// <exception cref="NodeOsException">It cannot be told.</exception>
    ValueTask RestartAsync(CancellationToken cancellation);

    /// <summary>Restarts a service of it.</summary>
    /// <returns>Why that failed, for people; null: it did not.</returns>
    ValueTask<string?> RestartServiceAsync(string service, CancellationToken cancellation);

    /// <summary>NM-18: hands its packages to somebody.</summary>
    /// <param name="to">To whom; null: back to as it was found.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What keeps it from being so, for people; null: nothing.</returns>
    ValueTask<string?> SwitchUpdaterAsync(OsUpdater? to, CancellationToken cancellation);
}
