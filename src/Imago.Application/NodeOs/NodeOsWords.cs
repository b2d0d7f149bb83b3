using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.NodeOs;

/// <summary>The words by which annotations, files and tables name the values of orders and reports.</summary>
public static class NodeOsWords
{
    /// <summary>The words for <see cref="OrderMode"/>.</summary>
    public const string Modes = "'stage', 'live' and 'drained'";

    /// <summary>The words for <see cref="OrderContent"/>.</summary>
    public const string Contents = "'security', 'everything' and 'reboot'";

    /// <summary>The words for <see cref="ArchivePocket"/>.</summary>
    public const string Pockets = "'release', 'updates' and 'security'";

    public static string Of(OrderMode mode) => Lower(mode);

    public static string Of(OrderContent content) => Lower(content);

    public static string Of(ArchivePocket pocket) => Lower(pocket);

    public static string Of(OsUpdater updater) => Lower(updater);

    public static string Of(RebootVerdict verdict) => Lower(verdict);

    public static OrderMode? Mode(string? text) => Read<OrderMode>(text);

    public static OrderContent? Content(string? text) => Read<OrderContent>(text);

    public static ArchivePocket? Pocket(string? text) => Read<ArchivePocket>(text);

    public static OsUpdater? Updater(string? text) => Read<OsUpdater>(text);

    public static RebootVerdict? Verdict(string? text) => Read<RebootVerdict>(text);

    public static AgentPhase? Phase(string? text) => Read<AgentPhase>(text);

    /// <summary>A moment as annotations and files have it; null stays null.</summary>
    public static string? Of(Instant? at) => at is { } moment ? InstantPattern.ExtendedIso.Format(moment) : null;

    /// <summary>The moment; null when there is none, or none that can be read.</summary>
    public static Instant? Moment(string? text) => InstantPattern.ExtendedIso.Parse(text ?? "") is { Success: true } parsed ? parsed.Value : null;

    /// <summary>The level; null when there is none, or none that can be read.</summary>
    public static PatchLevel? Level(string? text) => PatchLevel.TryParse(text, out var level) ? level : null;

    // `RestartServices` is written `restartServices`.
    private static string Lower<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    // Enum.Parse would take numbers and lists as well.
    private static T? Read<T>(string? text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
