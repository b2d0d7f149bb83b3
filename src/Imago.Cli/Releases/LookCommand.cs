using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Cli.Help;
using Imago.Cli.Json;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Archives;
using Imago.Server.Configuration;
using NodaTime;

namespace Imago.Cli.Releases;

/// <summary><c>imago release look</c>: reads an archive once, here, and says which level and image a server would make of it.</summary>
internal static class LookCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Command Create(Terminal terminal)
    {
        var preset = new Argument<string>("preset") { Description = $"The archives of a distribution: {string.Join(", ", ArchivePreset.All.Keys)}.", HelpName = "PRESET" };
        preset.CompletionSources.Add([.. ArchivePreset.All.Keys]);
        var settings = new Option<string[]>("--set") { Description = "Another setting of the archive, as archives.NAME.KEY of the server's configuration has it; may be given several times.", HelpName = "KEY=VALUE" };
        var output = OutputOption.Create();
        var command = new Command("look", "Read package archives once, without a server, and show which level they would become.") { preset, settings, output };
        command.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            var archive = Archive(parsed.GetValue(preset)!, parsed.GetValue(settings) ?? []);
            return await LookAsync(terminal, archive, parsed.GetValue(output), cancellation);
        });
        return command.WithExamples(
            "# What Debian 12 holds now; without its snapshot service",
            "imago release look debian-12 --set snapshots=None --set securitySnapshots=None",
            "# A mirror of one's own, signed with one's own key",
            "imago release look debian-12 --set mirror=http://mirror.example.com/debian --set securityMirror=http://mirror.example.com/debian-security --set keyring=/etc/imago/mirror.asc");
    }

    private static ArchiveSettings Archive(string preset, string[] settings)
    {
        const string Name = "look";
        var pairs = settings.Select(s => s.Split('=', 2)).ToList();
        if (pairs.Find(p => p.Length != 2) is { } wrong)
        {
            throw new InputException($"--set: '{wrong[0]}' is not KEY=VALUE. Write for example keyring=/etc/imago/mirror.asc.");
        }

        var (archive, problems) = ArchiveReading.One(Name, pairs.Select(p => (p[0], p[1])).Prepend(("preset", preset)), "the command line");
        return archive ?? throw new InputException(string.Join('\n', problems));
    }

    private static async Task<int> LookAsync(Terminal terminal, ArchiveSettings settings, OutputFormat output, CancellationToken cancellation)
    {
        using var fetch = new FileFetch(terminal.Clock, Patience);
        var now = Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow());
        ArchiveObservation seen;
        try
        {
            seen = await new ArchiveObserver(new AptArchiveReader(fetch)).ObserveAsync(settings, ArchiveMemory.None, now, cancellation);
        }
        catch (ArchiveException failure)
        {
            throw new InputException($"{failure.Message} ({failure.Problem})", failure);
        }

        var decision = ArchiveReleases.Decide(settings.Source, ArchiveMemory.None, seen);
        if (output == OutputFormat.Json)
        {
            await terminal.Out.WriteLineAsync(AnswerJson.Document(json => Json(decision).WriteTo(json)));
        }
        else
        {
            Write(terminal, seen, decision);
        }

        return ExitCode.Ok;
    }

    private static void Write(Terminal terminal, ArchiveObservation seen, ArchiveDecision decision)
    {
        var table = new TextTable(new("suite"), new("date (UTC)"), new("valid until (UTC)"), new("InRelease SHA-256", IsOptional: true), new("address"));
        foreach (var suite in (seen.Snapshot ?? seen.Live).Suites)
        {
            table.Add(suite.State.Suite, TimeText.ToMinute(suite.State.Date), suite.ValidUntil is { } until ? TimeText.ToMinute(until) : "-", suite.State.Sha256, suite.State.Uri);
        }

        table.Write(terminal);
        if (decision.Patch is { } patch)
        {
            terminal.WriteProse($"Level of track {patch.Track}: {patch.Level}. Its security pocket holds {(seen.Snapshot ?? seen.Live).Security.Versions!.Sources.Count} source packages.");
        }

        if (decision.Image is { } image)
        {
            terminal.WriteProse($"Image: {image.Image}.");
        }

        if (decision.Waiting is { } waiting)
        {
            terminal.WriteProse(waiting);
        }
    }

    private static JsonObject Json(ArchiveDecision decision) => new()
    {
        ["patch"] = decision.Patch is { } patch ? JsonNode.Parse(ReleaseText.Write(new PublishedRelease { Patch = patch })) : null,
        ["image"] = decision.Image is { } image ? JsonNode.Parse(ReleaseText.Write(new PublishedRelease { Image = image })) : null,
        ["waiting"] = decision.Waiting,
    };
}
