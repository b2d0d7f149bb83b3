using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Rollouts;

/// <summary><c>imago rollout</c>: upgrades of pools, under way and ended.</summary>
internal static class RolloutCommands
{
    public static Command Create(Terminal terminal) => new Command("rollout", "Rollouts: upgrades of pools that are under way or ended; watch, hold and stop them.")
    {
        RolloutReading.List(terminal),
        RolloutReading.Show(terminal),
        RolloutWatch.Create(terminal),
        RolloutHolding.Pause(terminal),
        RolloutHolding.Resume(terminal),
        RolloutHolding.Abort(terminal),
        RolloutHolding.OverrideWindow(terminal),
    }.WithExamples(
        "imago rollout list --cluster shop -g rg-shop",
        "imago rollout watch --cluster shop -g rg-shop");
}
