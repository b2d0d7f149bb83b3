using Imago.Cli.Terminals;
using Imago.Domain.Images;

namespace Imago.Cli.Images;

/// <summary>The answers as tables, for people.</summary>
internal static class ImagesTables
{
    public static void Write(Terminal terminal, CatalogueReport report)
    {
        Heading(terminal, report.Catalogue);
        var families = new TextTable(
            new("Family"), new("OS", IsOptional: true), new("Latest"), new("Published", IsOptional: true), new("Age", IsNumber: true), new("Patch level", IsOptional: true),
            new("Withdrawn", IsNumber: true, IsOptional: true), new("State"));
        foreach (var family in report.Families)
        {
            families.Add(
                Cell(family.Family), Cell(family.OsSku), Cell(family.Latest?.Version), Cell(Day(family.Latest?.PublishedAt)), Cell(Days(family.Latest?.AgeDays)),
                Cell(family.PatchLevel), Cell(family.Withdrawn == 0 ? null : $"{family.Withdrawn} of {family.Versions}"), Cell(State(family)));
        }

        Write(terminal, families);
        var tracks = new TextTable(
            new("Patch track"), new("Levels", IsNumber: true), new("Latest"), new("Published"), new("Against the level before"), new("Against a base image", IsOptional: true));
        foreach (var track in report.Tracks)
        {
            tracks.Add(
                Cell(track.Track), Cell(track.Levels.ToString()), Cell(track.Latest?.Level), Cell(Day(track.Latest?.PublishedAt)),
                Cell(track.Latest is { } latest ? Verdict(latest) : null), Cell(track.Latest?.SinceImage is { } since ? SinceImage(since) : null));
        }

        Write(terminal, tracks);
    }

    public static void Write(Terminal terminal, FamilyDetailReport report)
    {
        Heading(terminal, report.Catalogue);
        var family = report.Family;
        terminal.WriteProse($"{family.Family}: {family.OsSku}, generation {family.Generation}{(family.Variants.Count == 0 ? "" : $", {string.Join(", ", family.Variants)}")}.{(State(family) is { Length: > 0 } state ? $" {char.ToUpperInvariant(state[0])}{state[1..]}." : "")}");
        var spellings = new[] { report.Spellings.CveIndex, report.Spellings.CveReport, report.Spellings.NotesFolder, report.Spellings.Definition }.OfType<string>().ToList();
        if (spellings.Count > 0)
        {
            terminal.WriteProse($"Also spelled {string.Join(", ", spellings)}.");
        }

        terminal.Out.WriteLine();
        var versions = new TextTable(new("Version"), new("Published"), new("Age", IsNumber: true), new("State"), new("Support"));
        foreach (var version in report.Versions)
        {
            versions.Add(Cell(version.Version), Cell(Day(version.PublishedAt)), Cell(Days(version.AgeDays)), Cell(version.State), Cell(Support(version.Support)));
        }

        Write(terminal, versions);
        if (report.PatchLevels.Count == 0)
        {
            return;
        }

        var levels = new TextTable(new("Patch level"), new("Published"), new("Against the level before"), new("Against a base image", IsOptional: true));
        foreach (var level in report.PatchLevels)
        {
            levels.Add(Cell(level.Level), Cell(Day(level.PublishedAt)), Cell(Verdict(level)), Cell(level.SinceImage is { } since ? SinceImage(since) : null));
        }

        Write(terminal, levels);
    }

    private static void Heading(Terminal terminal, CatalogueInfo info)
    {
        terminal.WriteProse($"As of {info.AsOf}. Source: {info.Source} ({info.Licence}), up to {info.DataEnd}.");
        terminal.Out.WriteLine();
    }

    private static void Write(Terminal terminal, TextTable table)
    {
        table.Write(terminal);
        terminal.Out.WriteLine();
    }

    private static string Cell(string? text) => text ?? "";

    private static string? Day(string? instant) => instant?[..10];

    private static string? Days(int? days) => days is { } count ? $"{count} d" : null;

    private static string Verdict(LevelReport level) => level.RebootRequired switch
    {
        true => "reboot",
        false => "no reboot",
        null => level.KernelOrLibc ? "not stated; brings a kernel or C library" : "not stated",
    };

    private static string SinceImage(BaseVerdictReport since) =>
        $"{since.Base}: {(since.RebootRequired switch { true => "reboot", false => "no reboot", null => "not stated" })}";

    private static string Support(string support) => support switch
    {
        nameof(AgeVerdict.OutOfSupport) => $"out of support (older than {ImageAge.SupportedUpTo} days)",
        nameof(AgeVerdict.Ageing) => $"ageing ({ImageAge.WarnFrom} days or older)",
        _ => "",
    };

    private static string State(FamilyReport family) => family switch
    {
        { Retirement: { State: nameof(RetirementState.Removed) } gone } => $"retired {gone.EndOfSupport}, images removed {gone.ImagesRemoved}",
        { Retirement: { State: nameof(RetirementState.EndOfSupport) } ended } => $"retired {ended.EndOfSupport}{(ended.ImagesRemoved is { } gone ? $", images go {gone}" : "")}",
        { Latest: null } => "nothing released yet",
        { Retirement: { State: nameof(RetirementState.EndsSoon) } soon } => $"support ends {soon.EndOfSupport}",
        { Latest.Support: nameof(AgeVerdict.OutOfSupport) } => $"newest known image is older than {ImageAge.SupportedUpTo} days",

        // IM-31: a silence of up to 28 days means nothing.
        { SilentDays: { } silent } when silent > ReleaseCatalog.NormalSilence.TotalDays => $"nothing new for {silent} days",
        _ => "",
    };
}
