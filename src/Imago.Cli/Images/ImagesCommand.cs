using System.CommandLine;
using System.Text.Json;
using Imago.Application.Catalog;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Images;

/// <summary><c>imago images</c>: the catalogue of node images and patch levels, as of one instant.</summary>
public static class ImagesCommand
{
    private const string Table = "table";
    private const string Json = "json";

    public static Command Create(Terminal terminal)
    {
        var family = new Option<string?>("--family") { Description = "Show the versions of one family, newest first. Any spelling will do: of the node label, the CVE index, the image notes, or a whole image version.", HelpName = "FAMILY" };
        var at = new Option<string?>("--at") { Description = "As of this date (00:00 UTC) or instant, for example 2026-07-01 or 2026-07-01T06:00:00Z. Default: now.", HelpName = "INSTANT" };
        var output = new Option<string>("--output", "-o") { Description = "table for people, json for programs.", DefaultValueFactory = _ => Table };
        output.AcceptOnlyFromAmong(Table, Json);
        var command = new Command("images", "Show the node images and patch levels that Imago knows: families, latest versions, withdrawn and retired ones.") { family, at, output };
        command.SetAction((result, cancellation) =>
            RunAsync(terminal, result.GetValue(family), result.GetValue(at), string.Equals(result.GetValue(output), Json, StringComparison.Ordinal), cancellation));
        return command.WithExamples(
            "# All families as of a day",
            "imago images --at 2026-08-20",
            "# The versions of one family, newest first",
            "imago images --family AKSUbuntu-2204gen2containerd",
            "# The same for a program, by the spelling of the CVE index",
            "imago images --family AKSUbuntu-gen2-2204containerd --output json");
    }

    private static async Task<int> RunAsync(Terminal terminal, string? family, string? at, bool json, CancellationToken cancellation)
    {
        var asOf = at is null ? Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()) : ParseInstant(at);
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

        async Task WriteAsync<T>(T report, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Action<Terminal, T> table)
        {
            cancellation.ThrowIfCancellationRequested();
            if (json)
            {
                await terminal.Out.WriteLineAsync(JsonSerializer.Serialize(report, type));
            }
            else
            {
                table(terminal, report);
            }
        }
    }

    private static Instant ParseInstant(string text) =>
        LocalDatePattern.Iso.Parse(text) is { Success: true } date ? date.Value.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant()
        : InstantPattern.ExtendedIso.Parse(text) is { Success: true } instant ? instant.Value
        : throw new InputException($"--at: '{text}' is neither a date nor an instant. Write for example 2026-07-01 or 2026-07-01T06:00:00Z.");
}
