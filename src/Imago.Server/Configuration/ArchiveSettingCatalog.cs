using System.Collections.Immutable;
using Imago.Application.Catalog.Archives;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Server.Configuration;

/// <summary>What is said about one archive, before it is known whether all of it fits together.</summary>
/// <param name="Preset">The archives of a distribution, changed by what is said.</param>
internal sealed record ArchiveDraft(ArchivePreset Preset)
{
    /// <summary>Says nothing yet.</summary>
    public static ArchiveDraft Empty { get; } = new(new ArchivePreset("", new ImageFamily(""), "", "", "", null, null, null, null, ["main"], ""));

    public string Architecture { get; init; } = "amd64";

    public Duration Interval { get; init; } = ArchiveSettings.DefaultInterval;

    public IsoDayOfWeek? ImageDay { get; init; } = IsoDayOfWeek.Monday;

    public bool HasUpdates { get; init; } = true;
}

/// <summary>One thing that can be said about an archive: <c>archives.NAME.KEY</c>.</summary>
internal sealed record ArchiveSetting(string Key, string Allowed, string Default, string Meaning, Func<ArchiveDraft, string, ArchiveDraft?> Apply);

/// <summary>All settings of an archive. The docs list them, and a test compares.</summary>
internal static class ArchiveSettingCatalog
{
    private const string OfPreset = "as the preset says";
    private const string Never = "None";

    private static readonly IsoDayOfWeek[] Weekdays = [.. Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None)];

    public static ImmutableArray<ArchiveSetting> All { get; } =
    [
        new("preset", string.Join(", ", ArchivePreset.All.Keys), "none", "The archives of a distribution; everything else changes what it says.", (d, t) => ArchivePreset.All.TryGetValue(t.Trim(), out var x) ? d with { Preset = x } : null),
        new("family", "ImagoNAME-VERSION, such as ImagoDebian-12", OfPreset, "The machines that its levels and images are for.", (d, t) => FamilyOf(t) is { } x ? d with { Preset = d.Preset with { Family = x } } : null),
        new("codename", "a codename such as bookworm", OfPreset, "The release; suites are NAME, NAME-updates and NAME-security.", (d, t) => IsCodename(t) ? d with { Preset = d.Preset with { Codename = t.Trim() } } : null),
        new("mirror", "an address with http, https or file", OfPreset, "Where the release and its updates lie.", (d, t) => Address(t) is { } x ? d with { Preset = d.Preset with { Mirror = x } } : null),
        new("securityMirror", "an address with http, https or file", OfPreset, "Where its security fixes lie.", (d, t) => Address(t) is { } x ? d with { Preset = d.Preset with { SecurityMirror = x } } : null),
        new("snapshots", $"an address with {SuiteSource.LevelMark} in it, or {Never}", OfPreset + "; " + Never + " beside a mirror", "Where the release and its updates lie as they were at a moment.", (d, t) => Snapshots(t) is var (ok, x) && ok ? d with { Preset = d.Preset with { Snapshots = x } } : null),
        new("securitySnapshots", $"an address with {SuiteSource.LevelMark} in it, or {Never}", OfPreset + "; " + Never + " beside a mirror", "The same of its security fixes.", (d, t) => Snapshots(t) is var (ok, x) && ok ? d with { Preset = d.Preset with { SecuritySnapshots = x } } : null),
        new("label", "a text", OfPreset + ", else any", "The label that the release and its updates must have.", (d, t) => Text(t) is { } x ? d with { Preset = d.Preset with { Label = x } } : null),
        new("securityLabel", "a text", OfPreset + ", else any", "The label that security fixes must have.", (d, t) => Text(t) is { } x ? d with { Preset = d.Preset with { SecurityLabel = x } } : null),
        new("components", "components, separated by commas", OfPreset + ", else main", "What is used of it.", (d, t) => List(t) is { Length: > 0 } x ? d with { Preset = d.Preset with { Components = x } } : null),
        new("architecture", "an architecture as apt names it", "amd64", "Whose packages are compared.", (d, t) => IsCodename(t) ? d with { Architecture = t.Trim() } : null),
        new("updates", "true, false", "true", "Whether there is a suite NAME-updates.", (d, t) => bool.TryParse(t, out var x) ? d with { HasUpdates = x } : null),
        new("keyring", "a file of OpenPGP public keys, binary or armoured", OfPreset, "Who may sign it.", (d, t) => Text(t) is { } x ? d with { Preset = d.Preset with { Keyring = x } } : null),
        new("interval", SettingCatalog.DurationWords + ", from 5s to 1d", "1h", "How often it is looked at.", (d, t) => SettingCatalog.Time(t, "5s", "1d") is { } x ? d with { Interval = x } : null),
        new("imageDay", string.Join(", ", Weekdays) + ", " + Never, "Monday", "The day, in UTC, of the weekly image.", (d, t) => Day(t) is var (ok, x) && ok ? d with { ImageDay = x } : null),
    ];

    private static string? Text(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static ImmutableArray<string> List(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsCodename(string text) => text.Trim() is { Length: > 0 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    private static ImageFamily? FamilyOf(string text) => new ImageFamily(text.Trim()) is { IsOfMachines: true } family
        && NodeImage.Parse($"{family.Name}-202601.01.0").IsKnown ? family : null;

    private static string? Address(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file" && address.UserInfo.Length == 0 ? text.Trim().TrimEnd('/') : null;

    private static (bool Ok, string? Value) Snapshots(string text) =>
        string.Equals(text.Trim(), Never, StringComparison.OrdinalIgnoreCase) ? (true, null)
        : text.Contains(SuiteSource.LevelMark, StringComparison.Ordinal) && Address(text.Replace(SuiteSource.LevelMark, "x", StringComparison.Ordinal)) is not null ? (true, text.Trim().TrimEnd('/'))
        : (false, null);

    private static (bool Ok, IsoDayOfWeek? Value) Day(string text) =>
        string.Equals(text.Trim(), Never, StringComparison.OrdinalIgnoreCase) ? (true, null)
        : Array.Find(Weekdays, d => string.Equals(d.ToString(), text.Trim(), StringComparison.OrdinalIgnoreCase)) is var day && day != IsoDayOfWeek.None ? (true, day)
        : (false, null);
}
