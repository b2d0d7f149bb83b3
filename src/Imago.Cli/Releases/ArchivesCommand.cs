using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Releases;

/// <summary><c>imago release archives</c>: how the archives that a server watches stand.</summary>
internal static class ArchivesCommand
{
    private static readonly string Path = $"{Paths.Tenant}/archives".With(ApiVersions.Imago);

    public static Command Create(Terminal terminal) => RemoteCommand.OfTenant(terminal, "archives", "Show the package archives that a server watches, when they were read last, and what is wrong with them.")
        .Does(async (session, _) => await session.ListAsync(
            Path,
            "This server watches no package archives. Its configuration names them: archives.NAME.preset.",
            archives =>
            {
                var table = new TextTable(new("archive"), new("level"), new("image", IsOptional: true), new("read (UTC)"), new("remarks"));
                foreach (var archive in archives)
                {
                    var remarks = string.Join(": ", new[] { archive.Text("problem"), archive.Text("message") }.OfType<string>());
                    table.Add(archive.Text("name") ?? "", archive.Text("level") ?? "-", archive.Text("image") ?? "-", archive.Moment("readAt") is { } at ? TimeText.ToMinute(at) : "never", remarks);
                }

                return table;
            })).WithExamples("imago release archives", "imago release archives --output json");
}
