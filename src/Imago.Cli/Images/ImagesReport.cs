using System.Text.Json.Serialization;

namespace Imago.Cli.Images;

// The JSON that `imago images` prints. Names are a promise: docs/commands/images.md describes them.

/// <summary>Every family, and every patch track.</summary>
public sealed record CatalogueReport(CatalogueInfo Catalogue, IReadOnlyList<FamilyReport> Families, IReadOnlyList<TrackReport> Tracks);

/// <summary>One family with its versions, and the levels of its track.</summary>
public sealed record FamilyDetailReport(
    CatalogueInfo Catalogue, FamilyReport Family, SpellingReport Spellings, IReadOnlyList<VersionReport> Versions, IReadOnlyList<LevelReport> PatchLevels);

/// <summary>As of when the answer holds, and where it is from.</summary>
/// <param name="AfterData">Whether <paramref name="AsOf"/> lies after the end of the data.</param>
public sealed record CatalogueInfo(string AsOf, string DataEnd, bool AfterData, string Source, string Licence);

/// <summary>One family.</summary>
/// <param name="Generation">1 or 2; null for a family that is in no table.</param>
/// <param name="Latest">Null if nothing had been released by then.</param>
/// <param name="Versions">How many had been published by then, withdrawn ones included.</param>
/// <param name="SilentDays">Days since the latest version was published.</param>
public sealed record FamilyReport(
    string Family, string? OsSku, int? Generation, IReadOnlyList<string> Variants, VersionReport? Latest, int Versions, int Withdrawn, int? SilentDays,
    string? PatchTrack, string? PatchLevel, RetirementReport? Retirement);

/// <summary>One version.</summary>
/// <param name="State"><c>latest</c>, <c>available</c> or <c>withdrawn</c>.</param>
/// <param name="Support"><c>Current</c>, <c>Ageing</c> (60 days) or <c>OutOfSupport</c> (more than 90 days).</param>
public sealed record VersionReport(string Version, string PublishedAt, string? WithdrawnAt, string State, int AgeDays, string Support);

/// <summary>The end of an operating system.</summary>
/// <param name="State"><c>Supported</c>, <c>EndsSoon</c>, <c>EndOfSupport</c> or <c>Removed</c>.</param>
public sealed record RetirementReport(string EndOfSupport, string? ImagesRemoved, string State);

public sealed record SpellingReport(string NodeLabel, string? CveIndex, string? CveReport, string? NotesFolder, string? Definition);

public sealed record TrackReport(string Track, int Levels, LevelReport? Latest);

/// <summary>One patch level.</summary>
/// <param name="Previous">Level that <paramref name="RebootRequired"/> compares with; null where the notes do not say.</param>
/// <param name="RebootRequired">Null: no verdict was published.</param>
public sealed record LevelReport(string Level, string PublishedAt, string? Previous, bool? RebootRequired, bool KernelOrLibc, BaseVerdictReport? SinceImage);

public sealed record BaseVerdictReport(string Base, bool? RebootRequired);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatalogueReport))]
[JsonSerializable(typeof(FamilyDetailReport))]
internal sealed partial class ImagesJson : JsonSerializerContext;
