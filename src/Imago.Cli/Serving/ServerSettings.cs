using System.Collections;
using System.CommandLine;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;

namespace Imago.Cli.Serving;

/// <summary>The options that <c>imago server</c> and its subcommands share: where the data folder is, and every setting.</summary>
internal sealed class ServerSettings
{
    public Option<string?> Data { get; } = new("--data") { Description = "Data folder [default: $XDG_DATA_HOME/imago, else ~/.local/share/imago].", HelpName = "folder" };

    public Option<string?> Config { get; } = new("--config") { Description = "Configuration file [default: imago.json in the data folder, if there is one].", HelpName = "file" };

    public Option<string?> Database { get; } = new("--database") { Description = "PostgreSQL connection string, for several replicas [default: a SQLite file in the data folder].", HelpName = "connection" };

    public Option<string[]> Set { get; } = new("--set") { Description = "Any setting of docs/server/configuration.md, as key=value; may be repeated.", HelpName = "key=value" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Data);
        command.Add(Config);
        command.Add(Database);
        command.Add(Set);
    }

    /// <summary>Reads all sources.</summary>
    /// <exception cref="InputException">Something is not allowed; the message lists everything that is wrong.</exception>
    public ServerOptions Read(ParseResult parsed, params IEnumerable<(string Key, string? Value)> more)
    {
        Dictionary<string, string> flags = new(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(Set) ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new UsageException($"--set: '{text}' is not of the form key=value.");
            }

            flags[text[..at]] = text[(at + 1)..];
        }

        foreach (var (key, value) in more.Concat([("data", parsed.GetValue(Data)), ("database", parsed.GetValue(Database))]))
        {
            if (value is not null)
            {
                flags[key] = value;
            }
        }

        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
        var result = ConfigurationReader.Read(new ConfigurationSources(FileOf(parsed.GetValue(Config), flags, environment), environment, flags));
        return result.Options ?? throw new InputException($"The server cannot start with these settings:\n  {string.Join("\n  ", result.Problems)}");
    }

    private static (string Path, string Text)? FileOf(string? given, Dictionary<string, string> flags, Dictionary<string, string> environment)
    {
        if (given is not null)
        {
            return File.Exists(given) ? (given, File.ReadAllText(given)) : throw new InputException($"--config: there is no file '{given}'.");
        }

        var data = flags.GetValueOrDefault("data") ?? environment.GetValueOrDefault("IMAGO_SERVER_DATA") ?? DataFolderPath.Default(n => environment.GetValueOrDefault(n));
        var path = Path.Join(data, "imago.json");
        return File.Exists(path) ? (path, File.ReadAllText(path)) : null;
    }
}
