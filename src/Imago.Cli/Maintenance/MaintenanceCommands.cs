using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Maintenance;

/// <summary><c>imago maintenance</c>: maintenance configurations.</summary>
internal static class MaintenanceCommands
{
    public static Command Create(Terminal terminal) => new Command("maintenance", "Maintenance configurations of a cluster: when its nodes may be upgraded.")
    {
        MaintenanceReading.List(terminal), MaintenanceReading.Show(terminal), MaintenanceSet.Create(terminal), MaintenanceReading.Delete(terminal),
    }.WithExamples(
        "imago maintenance list --cluster shop -g rg-shop",
        "# node OS upgrades on Saturdays from 22:00 to 04:00, two hours east of UTC",
        "imago maintenance set --cluster shop -g rg-shop --schedule Weekly --day-of-week Saturday --start-time 22:00 --duration 6 --utc-offset +02:00");
}
