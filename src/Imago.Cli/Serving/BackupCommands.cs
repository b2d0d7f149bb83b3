using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using Imago.Persistence;
using Imago.Server.DataFolders;

namespace Imago.Cli.Serving;

/// <summary><c>imago server backup</c> and <c>restore</c>: the database of a server, to and from one file.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup(Terminal terminal)
    {
        var settings = new ServerSettings();
        var file = new Argument<string>("file") { Description = "The file to write; it must not exist." };
        var command = new Command("backup", "Write the database to a file, of one instant, while the server runs or not.") { file };
        settings.AddTo(command);
        command.SetInterruptibleAction((parsed, cancellation) => ServerCommand.ExplainAsync(async () =>
        {
            var options = settings.Read(parsed);
            if (options.Database is not null)
            {
                throw new InputException("The database is PostgreSQL: back it up with 'pg_dump --format=custom', and restore it with 'pg_restore'. Keep keys/data.key of the data folder with it.");
            }

            var source = Path.Join(options.DataFolder, "imago.db");
            if (!File.Exists(source))
            {
                throw new InputException($"There is no database '{source}'. Name the data folder of the server with --data.");
            }

            await StoreBackup.WriteAsync(source, parsed.GetRequiredValue(file), cancellation);
            terminal.WriteProse($"Wrote {parsed.GetRequiredValue(file)}. Keep keys/data.key of the data folder with it, in another place: without the key no server starts on the backup.");
            return ExitCode.Ok;
        }));
        return command.WithExamples("imago server backup imago-2026-11-25.backup");
    }

    public static Command CreateRestore(Terminal terminal)
    {
        var settings = new ServerSettings();
        var file = new Argument<string>("file") { Description = "A file that 'imago server backup' wrote." };
        var command = new Command("restore", "Make the database of a data folder from a backup. The server must not run, and the folder must not have a database.") { file };
        settings.AddTo(command);
        command.SetInterruptibleAction((parsed, cancellation) => ServerCommand.ExplainAsync(async () =>
        {
            var options = settings.Read(parsed);
            if (options.Database is not null)
            {
                throw new InputException("The database is PostgreSQL: restore it with 'pg_restore'.");
            }

            using var folder = DataFolder.Open(options.DataFolder);
            await StoreBackup.RestoreAsync(parsed.GetRequiredValue(file), folder.DatabaseFile, cancellation);
            terminal.WriteProse($"Restored {folder.DatabaseFile}. Before you start the server, put the keys/data.key that was kept with the backup into this data folder, if it is not there.");
            return ExitCode.Ok;
        }));
        return command.WithExamples("imago server restore imago-2026-11-25.backup --data /srv/imago");
    }
}
