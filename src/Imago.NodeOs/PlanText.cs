using System.Text;
using Imago.Application.NodeOs;
using Imago.Domain.NodeOs;
using NodaTime.Text;

namespace Imago.NodeOs;

/// <summary>A plan for people.</summary>
/// <remarks>Rules: NM-61.</remarks>
public static class PlanText
{
    /// <summary>The plan as a table with a summary.</summary>
    public static string Write(PatchPlan plan)
    {
        var text = new StringBuilder();
        text.Append($"Level {plan.Goal.Level}, {(plan.Goal.Content == OrderContent.Security ? "security fixes only" : "all updates")}\n");
        foreach (var suite in plan.Archive.Suites)
        {
            text.Append($"  {NodeOsWords.Of(suite.Pocket),-8} {suite.Uri} {suite.Suite} of {InstantPattern.General.Format(suite.Date)}\n");
        }

        text.Append('\n');
        if (plan.IsEmpty)
        {
            text.Append("Nothing has to be installed.\n");
        }
        else
        {
            Table(text, [["PACKAGE", "INSTALLED", "PLANNED", "POCKET"], .. plan.Changes.Select(c => (string[])[c.Architecture is "all" ? c.Name : $"{c.Name}:{c.Architecture}", c.From ?? "(new)", c.To, NodeOsWords.Of(c.Pocket)])]);
            text.Append($"\n{plan.Changes.Length} packages, {plan.Changes.Count(c => c.From is null)} of them new; {Megabytes(plan.DownloadBytes)} to download.\n");
        }

        if (!plan.Held.IsEmpty)
        {
            text.Append("\nKept back, although a fix is there:\n");
            Table(text, [["PACKAGE", "INSTALLED", "AVAILABLE", "WHY"], .. plan.Held.Select(h => (string[])[h.Package, h.Installed, h.Available, h.Why])]);
        }

        text.Append(plan.Verdict switch
        {
            RebootVerdict.Reboot => "\nA reboot will follow: kernel or C library change.\n",
            RebootVerdict.RestartServices => "\nNo reboot will follow; services that use replaced libraries have to be restarted.\n",
            _ => "\nNo reboot will follow.\n",
        });
        return text.ToString();
    }

    private static void Table(StringBuilder text, string[][] rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
        {
            text.Append("  ").Append(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
        }
    }

    private static string Megabytes(long bytes) => bytes == 0 ? "nothing" : Apt.Bytes.Text(bytes);
}
