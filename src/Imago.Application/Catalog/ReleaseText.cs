using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Catalog;

/// <summary>A release that was published into the running server: a node image, or a level of a security patch track.</summary>
public sealed record PublishedRelease
{
    /// <summary>The node image; null for a patch level.</summary>
    public ImageRelease? Image { get; init; }

    /// <summary>The patch level; null for an image.</summary>
    public PatchRelease? Patch { get; init; }

    /// <summary>What tells releases apart: the image, or <c>track@level</c>.</summary>
    public string Name => Image is { } image ? image.Image.Text : $"{Patch!.Track}@{Patch.Level}";

    public Instant PublishedAt => Image?.PublishedAt ?? Patch!.PublishedAt;
}

/// <summary>Releases as JSON, as docs/concepts/release-feed.schema.json describes them.</summary>
/// <remarks>Rules: IM-37, IM-38, CH-33, NM-48.</remarks>
public static class ReleaseText
{
    /// <summary>The release, or everything that is wrong with it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="now">When it is published if it does not say.</param>
    public static (PublishedRelease? Release, ImmutableArray<Problem> Problems) Read(JsonObject json, Instant now)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var image = Text(json, "image");
        var track = Text(json, "track");
        var level = Text(json, "level");
        var publishedAt = Moment(json, "publishedAt", problems) ?? now;
        var withdrawnAt = Moment(json, "withdrawnAt", problems);
        var release = (image, track, level) switch
        {
            ({ } name, null, null) => OfImage(name, publishedAt, withdrawnAt, json, problems),
            (null, { } name, { } at) => OfPatch(name, at, publishedAt, withdrawnAt, json, problems),
            _ => Refuse(problems, "", "A release is either an 'image', or a 'track' and its 'level'."),
        };
        return problems.Count == 0 ? (release, []) : (null, problems.ToImmutable());
    }

    /// <summary>The text of a release; reading it gives the same release.</summary>
    public static string Write(PublishedRelease release)
    {
        var json = new JsonObject();
        if (release.Image is { } image)
        {
            json["image"] = image.Image.Text;
            json["publishedAt"] = InstantPattern.ExtendedIso.Format(image.PublishedAt);
            if (image.WithdrawnAt is { } withdrawn)
            {
                json["withdrawnAt"] = InstantPattern.ExtendedIso.Format(withdrawn);
            }
        }
        else if (release.Patch is { } patch)
        {
            json["track"] = patch.Track;
            json["level"] = patch.Level.ToString();
            json["publishedAt"] = InstantPattern.ExtendedIso.Format(patch.PublishedAt);
            if (patch.RebootRequired is { } reboot)
            {
                json["rebootRequired"] = reboot;
            }

            if (patch.TouchesKernelOrLibc)
            {
                json["touchesKernelOrLibc"] = true;
            }

            if (patch.Previous is { } previous)
            {
                json["previous"] = previous.ToString();
            }

            if (patch.SinceImage is { } since)
            {
                var against = new JsonObject { ["base"] = since.Base.ToString() };
                if (since.RebootRequired is { } needed)
                {
                    against["rebootRequired"] = needed;
                }

                json["sinceImage"] = against;
            }
        }

        if ((release.Image?.Archive ?? release.Patch?.Archive) is { } archive)
        {
            json["archive"] = ArchiveText.Write(archive);
        }

        return json.ToJsonString();
    }

    private static PublishedRelease? OfImage(string name, Instant publishedAt, Instant? withdrawnAt, JsonObject json, ImmutableArray<Problem>.Builder problems)
    {
        var image = NodeImage.Parse(name);
        if (!image.IsKnown || image.Patch is not null)
        {
            return Refuse(problems, "image", $"'{Shown(name)}' is not the name of a base image. Write one such as AKSUbuntu-2204gen2containerd-202611.20.0.");
        }

        if (json["rebootRequired"] is not null)
        {
            return Refuse(problems, "rebootRequired", "'rebootRequired' is of patch levels only: an image always replaces the node's disk.");
        }

        return new PublishedRelease { Image = new ImageRelease(image, publishedAt, withdrawnAt) { Archive = Archive(json, problems) } };
    }

    private static PublishedRelease? OfPatch(
        string track, string level, Instant publishedAt, Instant? withdrawnAt, JsonObject json, ImmutableArray<Problem>.Builder problems)
    {
        if (withdrawnAt is not null)
        {
            Refuse(problems, "withdrawnAt", "'withdrawnAt' is of images only: a patch level is followed by a better one.");
        }

        if (track.Length is 0 or > 40 || !track.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            Refuse(problems, "track", $"'{Shown(track)}' is not a patch track. Write one such as ubuntu2204.");
        }

        if (!PatchLevel.TryParse(level, out var read))
        {
            return Refuse(problems, "level", $"'{Shown(level)}' is not a patch level. Write one such as 20261120T000000Z.");
        }

        PatchLevel? previous = null;
        if (Text(json, "previous") is { } text)
        {
            if (!PatchLevel.TryParse(text, out var earlier) || earlier >= read)
            {
                return Refuse(problems, "previous", $"'{Shown(text)}' is not a patch level before {read}. Write one such as 20261113T000000Z.");
            }

            previous = earlier;
        }

        return new PublishedRelease
        {
            Patch = new PatchRelease(track, read, publishedAt, Flag(json, "rebootRequired"), Flag(json, "touchesKernelOrLibc") ?? false)
            {
                Previous = previous,
                SinceImage = SinceImage(json, problems),
                Archive = Archive(json, problems),
            },
        };
    }

    private static BaseImageVerdict? SinceImage(JsonObject json, ImmutableArray<Problem>.Builder problems)
    {
        if (json["sinceImage"] is not { } node)
        {
            return null;
        }

        if (node is JsonObject since && Text(since, "base") is { } text && ImageVersion.TryParse(text, out var version))
        {
            return new BaseImageVerdict(version, Flag(since, "rebootRequired"));
        }

        problems.Add(new Problem("sinceImage", "'sinceImage' has to name the version of a base image: {\"base\": \"202611.13.0\", \"rebootRequired\": false}."));
        return null;
    }

    private static ArchiveState? Archive(JsonObject json, ImmutableArray<Problem>.Builder problems)
    {
        if (json["archive"] is not { } node)
        {
            return null;
        }

        var archive = ArchiveText.Read(node, out var problem);
        if (problem is not null)
        {
            problems.Add(new Problem("archive", problem));
        }

        return archive;
    }

    private static PublishedRelease? Refuse(ImmutableArray<Problem>.Builder problems, string path, string message)
    {
        problems.Add(new Problem(path, message));
        return null;
    }

    private static Instant? Moment(JsonObject json, string name, ImmutableArray<Problem>.Builder problems)
    {
        if (Text(json, name) is not { } text)
        {
            return null;
        }

        if (OffsetDateTimePattern.Rfc3339.Parse(text) is { Success: true } parsed)
        {
            return parsed.Value.ToInstant();
        }

        problems.Add(new Problem(name, $"'{Shown(text)}' is not an instant. Write RFC 3339, such as 2026-11-20T00:00:00Z."));
        return null;
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool? Flag(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    private static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
