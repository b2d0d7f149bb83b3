using Imago.NodeOs.Rig;
using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Roots;
using Xunit;

namespace Imago.Machines.Tests.Kit;

/// <summary>Starts machines for tests, and skips the test where that cannot be done.</summary>
internal static class FreshMachine
{
    /// <summary>Skips the test, saying why, where the host cannot run machines.</summary>
    public static void Needed() => Assert.SkipWhen(RigNeeds.Missing() is not null, RigNeeds.Missing() ?? "");

    /// <summary>A machine of the minimal base.</summary>
    /// <param name="archive">Where its packages come from; null: nowhere.</param>
    /// <param name="settings">What it is started with; null: the usual.</param>
    public static async Task<Machine> StartAsync(LocalArchive? archive = null, MachineStart? settings = null)
    {
        Needed();
        var root = await RootFs.CopyAsync(BaseRoot.Minimal);
        archive?.Introduce(root);
        return await Machine.StartAsync(root, settings);
    }
}
