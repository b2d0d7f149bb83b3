using System.Collections.Immutable;
using System.Text.Json;
using Imago.Server.DataFolders;

namespace Imago.Server.Configuration;

/// <summary>Where settings come from, the first one weakest.</summary>
/// <param name="File">Path and text of the file; null: there is none.</param>
/// <param name="Environment">All environment variables.</param>
/// <param name="Flags">What the command line says, by key.</param>
public sealed record ConfigurationSources((string Path, string Text)? File, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> Flags);

/// <summary>Settings as read, or everything that is wrong with them.</summary>
public sealed record ConfigurationResult(ServerOptions? Options, ImmutableArray<string> Problems);

/// <summary>Reads settings from a file, the environment and the command line, and reports every problem at once: key, value, what is allowed.</summary>
public static class ConfigurationReader
{
    // A key that differs from a known one by no more than this is taken for a slip.
    private const int MostSlips = 3;

    public static ConfigurationResult Read(ConfigurationSources sources)
    {
        List<string> problems = [];
        var archives = new ArchiveConfiguration(problems);
        var options = new ServerOptions { DataFolder = DataFolderPath.Default(n => sources.Environment.GetValueOrDefault(n)) };
        if (sources.File is var (path, text))
        {
            options = Apply(options, archives.Take(FromFile(path, text, problems)), problems);
        }

        options = Apply(options, FromEnvironment(sources.Environment, problems), problems);
        options = Apply(options, archives.Take(sources.Flags.Select(f => (f.Key, f.Value, Where: "the command line"))), problems);
        options = options with { Archives = archives.Read() };
        FeedRules.Check(options, problems);
        if (options.CertificateFile is null != options.CertificateKeyFile is null)
        {
            problems.Add("certificate.file and certificate.keyFile belong together: give both or neither.");
        }

        return problems.Count == 0 ? new ConfigurationResult(options, []) : new ConfigurationResult(null, [.. problems]);
    }

    private static ServerOptions Apply(ServerOptions options, IEnumerable<(string Key, string Value, string Where)> values, List<string> problems)
    {
        foreach (var (key, value, where) in values)
        {
            if (SettingCatalog.All.FirstOrDefault(s => s.Key == key) is not { } setting)
            {
                problems.Add($"{key} ({where}): there is no such setting.{Suggestion(key, SettingCatalog.All.Select(s => s.Key))}");
            }
            else if (setting.Apply(options, value) is { } applied)
            {
                options = applied;
            }
            else
            {
                problems.Add($"{key} ({where}): {(setting.IsSecret ? "the value" : $"'{value}'")} is not allowed. Allowed: {setting.Allowed}.");
            }
        }

        return options;
    }

    private static List<(string Key, string Value, string Where)> FromEnvironment(IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        List<(string, string, string)> found = [];
        foreach (var (name, value) in environment.Where(v => v.Key.StartsWith(Setting.EnvironmentPrefix, StringComparison.Ordinal)).OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (SettingCatalog.All.FirstOrDefault(s => s.Variable == name) is { } setting)
            {
                found.Add((setting.Key, value, name));
            }
            else
            {
                problems.Add($"{name} (the environment): there is no such setting.{Suggestion(name, SettingCatalog.All.Select(s => s.Variable))}");
            }
        }

        return found;
    }

    private static List<(string Key, string Value, string Where)> FromFile(string path, string text, List<string> problems)
    {
        List<(string, string, string)> found = [];
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                Flatten(document.RootElement, "");
            }
            else
            {
                problems.Add($"{path}: the file must hold one JSON object.");
            }
        }
        catch (JsonException malformed)
        {
            problems.Add($"{path}: the file is not JSON: {malformed.Message}");
        }

        return found;

        void Flatten(JsonElement part, string prefix)
        {
            foreach (var property in part.EnumerateObject())
            {
                var key = prefix + property.Name;
                switch (property.Value.ValueKind)
                {
                    case JsonValueKind.Object:
                        Flatten(property.Value, key + ".");
                        break;
                    case JsonValueKind.Array:
                        found.Add((key, string.Join(',', property.Value.EnumerateArray().Select(v => v.ToString())), path));
                        break;
                    case JsonValueKind.Null:
                        problems.Add($"{key} ({path}): null is not allowed. Leave it out for the default.");
                        break;
                    default:
                        found.Add((key, property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? property.Value.GetRawText() : property.Value.ToString(), path));
                        break;
                }
            }
        }
    }

    internal static string Suggestion(string typed, IEnumerable<string> known)
    {
        var (distance, nearest) = known.Select(k => (Distance(typed.ToUpperInvariant(), k.ToUpperInvariant()), k)).Min();
        return distance <= MostSlips ? $" Did you mean '{nearest}'?" : "";
    }

    // Levenshtein, one row at a time.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= other.Length; j++)
            {
                left = Math.Min(Math.Min(row[j], left) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
