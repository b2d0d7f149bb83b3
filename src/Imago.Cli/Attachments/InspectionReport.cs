using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Attachments;

/// <summary>What was found when a cluster was looked at, for people: what it is, its pools, and what to do about it.</summary>
internal static class InspectionReport
{
    private const string Problem = "Problem";
    private const string Good = "Good";

    public static void Write(Terminal terminal, JsonNode inspection)
    {
        new FactList().Add("server", inspection.Text("server")).Add("kubernetes", inspection.Text("kubernetesVersion")).Write(terminal);
        var pools = inspection.Objects("pools").ToList();
        if (pools.Count > 0)
        {
            terminal.Out.WriteLine();
            Pools(pools).Write(terminal);
        }

        var findings = inspection.Objects("findings").ToList();
        if (findings.Count > 0)
        {
            terminal.Out.WriteLine();
        }

        foreach (var finding in findings)
        {
            Finding(terminal, finding);
        }

        terminal.Out.WriteLine();
        terminal.WriteProse(Summary(findings));
    }

    /// <summary>How many findings keep Imago from working.</summary>
    public static int Problems(JsonNode? inspection) => inspection.Objects("findings").Count(f => f.Text("level") == Problem);

    private static TextTable Pools(IEnumerable<JsonNode> pools)
    {
        var table = new TextTable(
            new("pool"), new("nodes", IsNumber: true), new("mode"), new("OS"), new("arch", IsOptional: true), new("kubelet", IsOptional: true), new("zones", IsOptional: true), new("found by", IsOptional: true), new("image"));
        foreach (var pool in pools)
        {
            table.Add(
                pool.Text("name") ?? "",
                pool.Text("nodes") ?? "",
                pool.Text("mode") ?? "",
                pool.Text("osSku") is { Length: > 0 } sku ? sku : pool.Text("osType") ?? "",
                pool.Text("architecture") ?? "",
                pool.Text("kubelet") ?? "",
                string.Join(' ', pool.Texts("zones")),
                $"{pool.Text("foundBy")}{(pool.IsTrue("autoProvisioned") ? ", auto-provisioned" : "")}",
                pool.Text("image") ?? "");
        }

        return table;
    }

    // What is as it should be takes one line; of the rest stands below what to do.
    private static void Finding(Terminal terminal, JsonNode finding)
    {
        var level = finding.Text("level") ?? "";
        terminal.WriteProse($"{finding.Text("message")}", $"{(level == Good ? "ok" : level.ToLowerInvariant()),-9}{finding.Text("subject")}: ");
        if (finding.Text("remedy") is { Length: > 0 } remedy)
        {
            terminal.WriteProse($"{remedy} [{finding.Text("code")}]", "         → ");
        }
    }

    private static string Summary(IReadOnlyCollection<JsonObject> findings)
    {
        var (problems, warnings) = (Count(Problem), Count("Warning"));
        return problems > 0 ? $"{CountText.Of(problems, "problem")}: Imago cannot upgrade nodes here until {(problems == 1 ? "it is" : "they are")} solved. Every code in brackets has a section in docs/kubernetes/troubleshooting.md."
            : warnings > 0 ? $"Imago can work here; {CountText.Of(warnings, "warning")}. Every code in brackets has a section in docs/kubernetes/troubleshooting.md."
            : "Imago can work here.";

        int Count(string level) => findings.Count(f => f.Text("level") == level);
    }
}
