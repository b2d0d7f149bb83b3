using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Cli.Json;
using Imago.Cli.Options;
using Imago.Cli.Terminals;

namespace Imago.Cli.Providers;

/// <summary>What the check of a provider found, for people and for programs. Names in JSON are stable: docs/commands/provider.md describes them.</summary>
internal static class ProviderReport
{
    public static void Write(Terminal terminal, Uri endpoint, ImmutableArray<Finding> findings, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            terminal.Out.WriteLine(Json(endpoint, findings));
            return;
        }

        var table = new TextTable(new("level"), new("subject"), new("finding"));
        foreach (var finding in findings)
        {
            table.Add(finding.Level.ToString().ToLowerInvariant(), finding.Subject, finding.Remedy.Length > 0 ? $"{finding.Message} {finding.Remedy}" : finding.Message);
        }

        table.Write(terminal);
        terminal.Out.WriteLine();
        var problems = findings.Count(f => f.Level == FindingLevel.Problem);
        terminal.WriteProse(problems == 0 ? "Imago can work with this provider." : $"Imago cannot work with this provider: {problems} {(problems == 1 ? "problem" : "problems")}.");
    }

    private static string Json(Uri endpoint, ImmutableArray<Finding> findings) => AnswerJson.Document(json =>
    {
        json.WriteStartObject();
        json.WriteString("endpoint", endpoint.AbsoluteUri);
        json.WriteObjects("findings", findings, (writer, finding) =>
        {
            writer.WriteString("code", finding.Code);
            writer.WriteString("level", finding.Level.ToString());
            writer.WriteString("subject", finding.Subject);
            writer.WriteString("message", finding.Message);
            writer.WriteString("remedy", finding.Remedy);
        });
        json.WriteEndObject();
    });
}
