using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.NodeOs.Machine;
using NodaTime;

namespace Imago.Agent.Settings;

/// <summary>Reads the agent's settings file and finds everything that is wrong with it at once.</summary>
internal sealed class SettingsReader
{
    private const string Known =
        "archives, enter, guardedServices, holds, installTimeoutMinutes, kernelPackages, kubeconfig, libcPackages, lockTimeoutSeconds, nodeName, ownSources, restartCommand, restartServices, retrySeconds, root, spreadMinutes, stateDirectory, updateTimeoutMinutes";

    private readonly List<string> _problems = [];
    private readonly JsonObject _json;

    private SettingsReader(JsonObject json) => _json = json;

    /// <summary>Reads a text.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="problems">Everything that is wrong with it; empty: nothing.</param>
    public static AgentSettings Read(string text, out IReadOnlyList<string> problems)
    {
        try
        {
            if (JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) is JsonObject json)
            {
                var reader = new SettingsReader(json);
                var settings = reader.Read();
                problems = reader._problems;
                return settings;
            }

            problems = ["The file has to be one JSON object, such as { \"ownSources\": true }."];
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            // ArgumentException: a name that is there twice.
            problems = [$"The file is not JSON: {failure.Message}"];
        }

        return new AgentSettings();
    }

    private AgentSettings Read()
    {
        var (usual, machine) = (new AgentSettings(), new MachineSettings());
        var names = Known.Split(", ");
        foreach (var (name, _) in _json.Where(e => !names.Contains(e.Key, StringComparer.Ordinal)))
        {
            _problems.Add($"'{name}' is no setting; known are {Known}.");
        }

        return usual with
        {
            Kubeconfig = Path("kubeconfig", null),
            NodeName = NodeName(),
            Root = Path("root", usual.Root)!,
            Enter = Texts("enter", usual.Enter, mayBeEmpty: true),
            RestartCommand = Texts("restartCommand", usual.RestartCommand, mayBeEmpty: false),
            RestartServices = Flag("restartServices", usual.RestartServices),
            GuardedServices = Texts("guardedServices", usual.GuardedServices, mayBeEmpty: true),
            Spread = Duration.FromMinutes(Number("spreadMinutes", (int)usual.Spread.TotalMinutes, 0, 360)),
            Retry = Duration.FromSeconds(Number("retrySeconds", (int)usual.Retry.TotalSeconds, 1, 600)),
            Machine = machine with
            {
                Archives = Archives(),
                OwnSources = Flag("ownSources", machine.OwnSources),
                StateDirectory = Path("stateDirectory", machine.StateDirectory)!,
                LockTimeout = TimeSpan.FromSeconds(Number("lockTimeoutSeconds", (int)machine.LockTimeout.TotalSeconds, 0, 3600)),
                UpdateTimeout = TimeSpan.FromMinutes(Number("updateTimeoutMinutes", (int)machine.UpdateTimeout.TotalMinutes, 1, 60)),
                InstallTimeout = TimeSpan.FromMinutes(Number("installTimeoutMinutes", (int)machine.InstallTimeout.TotalMinutes, 1, 60)),
                KernelPackages = Texts("kernelPackages", machine.KernelPackages, mayBeEmpty: true),
                LibcPackages = Texts("libcPackages", machine.LibcPackages, mayBeEmpty: true),
                Holds = Texts("holds", machine.Holds, mayBeEmpty: true),
            },
        };
    }

    private string? NodeName()
    {
        var name = Text(_json["nodeName"], "nodeName", null);
        if (name is not null && (name.Length > 253 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')))
        {
            _problems.Add($"'nodeName' is '{name}'; a node's name has lower-case letters, digits, '-' and '.', 253 at most.");
        }

        return name;
    }

    private string? Path(string name, string? usual)
    {
        var path = Text(_json[name], name, usual);
        if (path is not null && !path.StartsWith('/'))
        {
            _problems.Add($"'{name}' is '{path}'; write an absolute path.");
        }

        return path;
    }

    private ImmutableArray<MachineArchive> Archives()
    {
        if (_json["archives"] is not { } given)
        {
            return [];
        }

        if (given is not JsonArray list)
        {
            _problems.Add("'archives' has to be a list of { \"pocket\", \"uri\", \"suite\", \"components\", \"signedBy\" }.");
            return [];
        }

        var read = ImmutableArray.CreateBuilder<MachineArchive>();
        foreach (var (item, i) in list.Select((item, i) => (item as JsonObject, i)))
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"archives[{i}]");
            var pocketText = Text(item?["pocket"], $"{at}.pocket", null);
            var pocket = NodeOsWords.Pocket(pocketText);
            var uri = Text(item?["uri"], $"{at}.uri", null);
            var suite = Text(item?["suite"], $"{at}.suite", null);
            var components = Texts(item?["components"], $"{at}.components", ["main"], mayBeEmpty: false);
            if (pocket is null)
            {
                _problems.Add($"'{at}.pocket' is '{pocketText}'; allowed are {NodeOsWords.Pockets}.");
            }

            if (uri is null || uri.Any(char.IsWhiteSpace) || !Uri.TryCreate(uri.Replace("{level}", "x", StringComparison.Ordinal), UriKind.Absolute, out _))
            {
                _problems.Add($"'{at}.uri' is '{uri}'; write an address such as http://mirror.example/debian, in which {{level}} stands for the level.");
            }

            if (suite is null || suite.Any(char.IsWhiteSpace))
            {
                _problems.Add($"'{at}.suite' is '{suite}'; write a codename suite such as bookworm-security, or {{codename}}-security.");
            }

            if (pocket is not null && uri is not null && suite is not null)
            {
                read.Add(new MachineArchive(pocket.Value, uri, suite, components, Text(item?["signedBy"], $"{at}.signedBy", null)));
            }
        }

        return read.ToImmutable();
    }

    private ImmutableArray<string> Texts(string name, ImmutableArray<string> usual, bool mayBeEmpty) => Texts(_json[name], name, usual, mayBeEmpty);

    private ImmutableArray<string> Texts(JsonNode? given, string name, ImmutableArray<string> usual, bool mayBeEmpty)
    {
        if (given is null)
        {
            return usual;
        }

        if (given is JsonArray list && list.All(i => i is JsonValue v && v.GetValueKind() == JsonValueKind.String && v.GetValue<string>().Length > 0) && (mayBeEmpty || list.Count > 0))
        {
            return [.. list.Select(i => i!.GetValue<string>())];
        }

        _problems.Add($"'{name}' is {given.ToJsonString()}; write a list of texts{(mayBeEmpty ? "" : ", with one at least")}, such as [\"{string.Join("\", \"", usual)}\"].");
        return usual;
    }

    private string? Text(JsonNode? given, string name, string? usual)
    {
        if (given is null)
        {
            return usual;
        }

        if (given is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text)
        {
            return text;
        }

        _problems.Add($"'{name}' is {given.ToJsonString()}; write a text.");
        return usual;
    }

    private bool Flag(string name, bool usual)
    {
        if (_json[name] is not { } given)
        {
            return usual;
        }

        if (given.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            return given.GetValue<bool>();
        }

        _problems.Add($"'{name}' is {given.ToJsonString()}; write true or false.");
        return usual;
    }

    private int Number(string name, int usual, int least, int most)
    {
        if (_json[name] is not { } given)
        {
            return usual;
        }

        if (given is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var number) && number >= least && number <= most)
        {
            return number;
        }

        _problems.Add($"'{name}' is {given.ToJsonString()}; write a whole number from {least} to {most}.");
        return usual;
    }
}
