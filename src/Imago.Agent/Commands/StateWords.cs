using System.Collections.Immutable;
using Imago.Domain.NodeOs;

namespace Imago.Agent.Commands;

/// <summary>Parts of a state for people.</summary>
internal static class StateWords
{
    public static async Task WriteHeldAsync(TextWriter output, ImmutableArray<HeldPackage> held)
    {
        if (held.IsEmpty)
        {
            return;
        }

        await output.WriteLineAsync($"held back  {held.Length}");
        foreach (var package in held)
        {
            await output.WriteLineAsync($"  {package.Package} {package.Installed}, fixed in {package.Available}: {package.Why}");
        }
    }

    public static string WordOf(RebootVerdict verdict) => verdict switch
    {
        RebootVerdict.Reboot => "the machine has to restart",
        RebootVerdict.RestartServices => "services have to be restarted",
        _ => "nothing has to be restarted",
    };
}
