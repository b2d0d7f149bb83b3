using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.Commands;

/// <summary>A plan for people.</summary>
internal static class PlanReport
{
    public static async Task WriteAsync(TextWriter output, PatchPlan plan)
    {
        await output.WriteLineAsync($"level      {plan.Goal.Level}, {NodeOsWords.Of(plan.Goal.Content)}");
        foreach (var suite in plan.Archive.Suites)
        {
            await output.WriteLineAsync($"archive    {suite.Suite} of {suite.Date.ToString("uuuu-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} at {suite.Uri}");
        }

        await output.WriteLineAsync($"packages   {plan.Changes.Length}{(plan.DownloadBytes > 0 ? $", {Megabytes(plan.DownloadBytes)} to download" : "")}");
        foreach (var change in plan.Changes)
        {
            await output.WriteLineAsync($"  {change.Name}:{change.Architecture} {change.From ?? "(new)"} -> {change.To} ({NodeOsWords.Of(change.Pocket)})");
        }

        await WriteHeldAsync(output, plan.Held);
        await output.WriteLineAsync($"afterwards {WordOf(plan.Verdict)}");
    }

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

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.0} MB");
}
