using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Releases;

/// <summary><c>imago release</c>: what a running server knows to be published.</summary>
internal static class ReleaseCommands
{
    private static readonly string Path = $"{Paths.Tenant}/releases".With(ApiVersions.Imago);

    public static Command Create(Terminal terminal) => new Command("release", "Releases: the node images and patch levels that a server knows, beyond those that ship with Imago.")
    {
        List(terminal), Publish(terminal), ArchivesCommand.Create(terminal), LookCommand.Create(terminal),
    }.WithExamples(
        "imago release list",
        "imago release publish --image AKSUbuntu-2204gen2containerd-202609.03.0",
        "imago release archives",
        "imago release look debian-12");

    private static RemoteCommand List(Terminal terminal) => RemoteCommand.OfTenant(terminal, "list", "List releases, newest first.")
        .Does(async (session, _) => await session.ListAsync(
            Path,
            "Nothing was published on this server. 'imago images' shows what ships with Imago.",
            releases =>
            {
                var table = new TextTable(new("published (UTC)"), new("release"), new("from", IsOptional: true), new("rings that have it", IsOptional: true), new("remarks"));
                var now = Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
                foreach (var (release, at) in releases.Select(r => (Release: Flat(r), At: Flat(r).Moment("publishedAt"))).OrderByDescending(r => r.At))
                {
                    table.Add(TimeText.ToMinute(at), NameOf(release), release.Text("source") ?? "", Rings(at, now), Remarks(release));
                }

                return table;
            })).WithExamples("imago release list", "imago release list --output json");

    private static RemoteCommand Publish(Terminal terminal)
    {
        var image = RemoteOptions.Text("--image", "A node image, by its whole name.", "IMAGE");
        var track = RemoteOptions.Text("--track", "The track of a patch level.", "TRACK");
        var level = RemoteOptions.Text("--level", "A patch level of the track.", "LEVEL");
        var published = InstantOption.Create("--published-at", "When it counts as published [default: now].");
        var withdrawn = InstantOption.Create("--withdrawn-at", "When it counts as withdrawn: no node goes to it from then on.");
        var reboot = new Option<bool>("--reboot-required") { Description = "Whether a node has to be restarted to run it." };
        return RemoteCommand.OfTenant(terminal, "publish", "Publish a node image or a patch level; clusters whose channel takes it are upgraded in their next window.")
            .Takes(image, track, level, published, withdrawn, reboot)
            .Does(async (session, parsed) =>
            {
                var (name, onTrack, atLevel) = (parsed.GetValue(image), parsed.GetValue(track), parsed.GetValue(level));
                if (name is null == (onTrack is null || atLevel is null) || (name is not null && (onTrack ?? atLevel) is not null))
                {
                    throw new UsageException("What is published is either an image (--image) or a patch level (--track and --level).");
                }

                var body = name is not null ? new JsonObject { ["image"] = name } : new JsonObject { ["track"] = onTrack, ["level"] = atLevel };
                Say(body, "publishedAt", parsed.GetValue(published));
                Say(body, "withdrawnAt", parsed.GetValue(withdrawn));
                if (parsed.GetValue(reboot))
                {
                    body["rebootRequired"] = true;
                }

                var answer = await session.Client.SendAsync(HttpMethod.Post, Path, body, session.Cancellation);
                await session.AnswerAsync(answer.Body ?? body, release =>
                {
                    var flat = Flat(release);
                    terminal.WriteProse($"{NameOf(flat)} is published{(flat.Moment("publishedAt") is { } at ? $" at {TimeText.ToMinute(at)} UTC" : "")}{(Remarks(flat) is { Length: > 0 } remarks ? $" ({remarks})" : "")}.");
                });
            })
            .WithExamples(
                "imago release publish --image AKSUbuntu-2204gen2containerd-202609.03.0",
                "# a patch level that needs a restart, from a given moment on",
                "imago release publish --track ubuntu2204 --level 20260905T000000Z --reboot-required --published-at 2026-09-05T06:00:00Z",
                "# take one back",
                "imago release publish --image AKSUbuntu-2204gen2containerd-202609.03.0 --withdrawn-at 2026-09-04");
    }

    private static void Say(JsonObject body, string name, Instant? at)
    {
        if (at is { } instant)
        {
            body[name] = InstantPattern.ExtendedIso.Format(instant);
        }
    }

    // IM-35: where a release stands on its way from ring to ring.
    private static string Rings(Instant? publishedAt, Instant now)
    {
        if (publishedAt is not { } at)
        {
            return "";
        }

        var open = ReleaseRings.Default.Rings.Where(r => ReleaseCatalog.Opens(at, r) <= now).Select(r => r.Name).ToList();
        var next = ReleaseRings.Default.Rings.FirstOrDefault(r => ReleaseCatalog.Opens(at, r) > now);
        return (open.Count, next) switch
        {
            (_, null) => "all",
            (0, _) => "none yet",
            _ => $"{string.Join(", ", open)}; {next.Name} {TimeText.ToMinute(ReleaseCatalog.Opens(at, next))}",
        };
    }

    // ARM puts what a thing is like into its properties; a release may also come as it was published.
    private static JsonNode Flat(JsonNode release) => release["properties"] is JsonObject properties ? properties : release;

    private static string NameOf(JsonNode release) => release.Text("image") ?? $"{release.Text("track")} {release.Text("level")}".Trim();

    private static string Remarks(JsonNode release) => string.Join(", ", new[]
    {
        release.IsTrue("rebootRequired") ? "needs a restart"
            : release["rebootRequired"] is null && release.IsTrue("touchesKernelOrLibc") ? "kernel or C library: needs a restart"
            : release["rebootRequired"] is null && release["archive"] is not null && release.Text("level") is not null ? "live"
            : null,
        release.Moment("withdrawnAt") is { } withdrawn ? $"withdrawn {TimeText.ToMinute(withdrawn)}" : null,
    }.OfType<string>());
}
