using System.CommandLine;

namespace Imago.Cli.Rollouts;

/// <summary>Which rollout.</summary>
internal static class RolloutArgument
{
    public static Argument<string> Create() => new("ROLLOUT") { Description = "Id of the rollout, as 'imago rollout list' shows it." };
}
