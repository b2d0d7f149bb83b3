using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool</c>: the node pools of a cluster.</summary>
internal static class PoolCommands
{
    public static Command Create(Terminal terminal) => new Command("nodepool", "Node pools of a cluster: their size, their images, how they are upgraded.")
    {
        PoolReading.List(terminal),
        PoolReading.Show(terminal),
        PoolAdd.Create(terminal),
        PoolUpdate.Create(terminal),
        PoolDelete.Create(terminal),
        PoolUpgrade.Create(terminal),
        PoolReading.Upgrades(terminal),
    }.WithExamples(
        "imago nodepool list --cluster shop -g rg-shop",
        "# a third of the pool at a time",
        "imago nodepool update apps --cluster shop -g rg-shop --max-surge 33%");
}
