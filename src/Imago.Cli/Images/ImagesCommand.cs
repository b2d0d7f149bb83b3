using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Imago.Application.Catalog;
using Imago.Cli.Help;
using Imago.Cli.Json;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using NodaTime;

namespace Imago.Cli.Images;

/// <summary><c>imago images</c>: the catalogue of node images and patch levels, as of one instant.</summary>
public static class ImagesCommand
{
    public static Command Create(Terminal terminal)
    {
        var family = new Option<string?>("--family") { Description = "Show the versions of one family, newest first. Any spelling will do: of the node label, the CVE index, the image notes, or a whole image version.", HelpName = "FAMILY" };
        var at = InstantOption.Create("--at", "As of this instant [default: now].");
        var output = OutputOption.Create();
        var command = new Command("images", "Show the node images and patch levels that Imago knows: families, latest versions, withdrawn and retired ones.") { family, at, output };
        command.SetInterruptibleAction((result, cancellation) =>
            RunAsync(terminal, result.GetValue(family), result.GetValue(at), result.GetValue(output), cancellation));
        return command.WithExamples(
            "# All families as of a day",
            "imago images --at 2026-08-20",
            "# The versions of one family, newest first",
            "imago images --family AKSUbuntu-2204gen2containerd",
            "# The same for a program, by the spelling of the CVE index",
            "imago images --family AKSUbuntu-gen2-2204containerd --output json");
    }

    private static async Task<int> RunAsync(Terminal terminal, string? family, Instant? at, OutputFormat output, CancellationToken cancellation)
    {
        var asOf = at ?? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
        var catalog = ShippedCatalog.Load();
        var query = new ImagesQuery(catalog, asOf);
        if (family is not null)
        {
            var detail = query.Detail(FamilyArgument.Resolve(family, catalog.Releases));
            await WriteAsync(detail, ImagesJson.Default.FamilyDetailReport, ImagesTables.Write);
        }
        else
        {
            await WriteAsync(query.Overview(), ImagesJson.Default.CatalogueReport, ImagesTables.Write);
        }

        if (catalog.WarningAt(asOf) is { } warning)
        {
            await terminal.Error.WriteLineAsync($"imago: {warning}");
        }

        return ExitCode.Ok;

        async Task WriteAsync<T>(T report, JsonTypeInfo<T> type, Action<Terminal, T> table)
        {
            cancellation.ThrowIfCancellationRequested();
            if (output == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(AnswerJson.Document(json => JsonSerializer.Serialize(json, report, type)));
            }
            else
            {
                table(terminal, report);
            }
        }
    }
}
