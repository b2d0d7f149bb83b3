using System.CommandLine;
using Imago.Domain.Maintenance;

namespace Imago.Cli.Maintenance;

/// <summary>Which configuration: the one for node OS upgrades unless another is named.</summary>
internal static class MaintenanceName
{
    public static Argument<string> Argument() => new("NAME")
    {
        Description = $"Its name: {string.Join(", ", Enum.GetValues<ConfigurationKind>().Select(ConfigurationNames.NameOf))} [default: {ConfigurationNames.NameOf(ConfigurationKind.NodeOsUpgrade)}].",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => ConfigurationNames.NameOf(ConfigurationKind.NodeOsUpgrade),
    };
}
