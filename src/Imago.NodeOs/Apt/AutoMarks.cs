using System.Text.Json;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>
/// Keeps the marks of packages that came only because others needed them. Naming a package to <c>apt-get install</c> takes its mark away (measured with apt 2.6): old kernels
/// would then never be cleaned up, and <c>/boot</c> would fill.
/// </summary>
internal sealed class AutoMarks(AptFolder folder, ICommands commands)
{
    private const string File = "auto.json";

    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    /// <summary>Writes down which packages of the plan are to have the mark afterwards: those that have it, and those that are new.</summary>
    public async ValueTask KeepAsync(PatchPlan plan, CancellationToken cancellation)
    {
        var shown = (await commands.RunAsync(folder.Apt("apt-mark", Quick, "showauto"), cancellation)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var marks = plan.Changes.Where(c => c.From is null || shown.Contains(c.Name) || shown.Contains($"{c.Name}:{c.Architecture}")).Select(c => c.Name)
            .Union(Kept(), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (marks.Length > 0)
        {
            folder.WriteState(File, JsonSerializer.Serialize(marks, AptStateJson.Default.StringArray));
        }
    }

    /// <summary>Gives the marks back. What cannot be given back now is left for the next time.</summary>
    public async ValueTask RestoreAsync(InstalledState installed, CancellationToken cancellation)
    {
        var marks = Kept();
        if (marks.Length == 0)
        {
            return;
        }

        var there = installed.Packages.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var named = marks.Where(there.Contains).ToArray();
        if (named.Length == 0 || (await commands.RunAsync(folder.Apt("apt-mark", Quick, named.Prepend("auto")), cancellation)).ExitCode == 0)
        {
            folder.RemoveState(File);
        }
    }

    private string[] Kept()
    {
        try
        {
            return folder.ReadState(File) is { } text ? JsonSerializer.Deserialize(text, AptStateJson.Default.StringArray) ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
