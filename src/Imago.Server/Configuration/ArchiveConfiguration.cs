using System.Collections.Immutable;
using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Domain.Images.Archives;

namespace Imago.Server.Configuration;

/// <summary>Reads <c>archives.NAME.KEY</c>: a section of its own for each archive, because there may be any number of them.</summary>
internal sealed class ArchiveConfiguration(List<string> problems)
{
    /// <summary>What the keys of this section begin with.</summary>
    public const string Prefix = "archives.";

    private const int LongestName = 40;

    private readonly SortedDictionary<string, Dictionary<string, (string Value, string Where)>> _said = new(StringComparer.Ordinal);

    /// <summary>Takes its own settings out and answers the others.</summary>
    public IEnumerable<(string Key, string Value, string Where)> Take(IEnumerable<(string Key, string Value, string Where)> values)
    {
        var others = new List<(string, string, string)>();
        foreach (var (key, value, where) in values)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal))
            {
                others.Add((key, value, where));
                continue;
            }

            var parts = key[Prefix.Length..].Split('.', 2);
            if (parts.Length != 2 || !IsName(parts[0]))
            {
                problems.Add($"{key} ({where}): an archive is set as archives.NAME.KEY, with a name of lower-case letters, digits and hyphens, not '{ReleaseSourceMetrics.Feed}'.");
            }
            else if (ArchiveSettingCatalog.All.All(s => s.Key != parts[1]))
            {
                problems.Add($"{key} ({where}): there is no such setting.{ConfigurationReader.Suggestion(parts[1], ArchiveSettingCatalog.All.Select(s => s.Key))}");
            }
            else
            {
                if (!_said.TryGetValue(parts[0], out var said))
                {
                    _said[parts[0]] = said = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
                }

                said[parts[1]] = (value, where);
            }
        }

        return others;
    }

    /// <summary>The archives, in order of their names; those with a problem are left out.</summary>
    public ImmutableArray<ArchiveSettings> Read()
    {
        var read = _said.Select(a => Read(a.Key, a.Value)).OfType<ArchiveSettings>().ToImmutableArray();
        foreach (var same in read.GroupBy(a => a.Source.Family).Where(f => f.Count() > 1))
        {
            problems.Add($"archives: {string.Join(" and ", same.Select(a => $"'{a.Source.Name}'"))} are both for {same.Key}; levels of a family come from one archive. Leave one out, or give it another family.");
        }

        return read;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && name != ReleaseSourceMetrics.Feed;

    private ArchiveSettings? Read(string name, Dictionary<string, (string Value, string Where)> said)
    {
        // The preset comes first, whatever the order, because everything else changes what it says.
        var draft = ArchiveDraft.Empty;
        var before = problems.Count;
        foreach (var setting in ArchiveSettingCatalog.All)
        {
            if (said.TryGetValue(setting.Key, out var value))
            {
                if (setting.Apply(draft, value.Value) is { } applied)
                {
                    draft = applied;
                }
                else
                {
                    problems.Add($"{Prefix}{name}.{setting.Key} ({value.Where}): '{value.Value}' is not allowed. Allowed: {setting.Allowed}.");
                }
            }
        }

        // A mirror of one's own has nothing to do with the distribution's snapshots: its nodes may not even reach them.
        var preset = draft.Preset;
        preset = said.ContainsKey("mirror") && !said.ContainsKey("snapshots") ? preset with { Snapshots = null } : preset;
        preset = said.ContainsKey("securityMirror") && !said.ContainsKey("securitySnapshots") ? preset with { SecuritySnapshots = null } : preset;
        Demand(name, "family", preset.Family.Name);
        Demand(name, "codename", preset.Codename);
        Demand(name, "mirror", preset.Mirror);
        Demand(name, "securityMirror", preset.SecurityMirror);
        Demand(name, "keyring", preset.Keyring);
        if (preset.Snapshots is null != preset.SecuritySnapshots is null)
        {
            problems.Add($"{Prefix}{name}: snapshots and securitySnapshots belong together: a level is one moment of all suites. Give both, or None for both.");
        }

        if (preset.Keyring.Length > 0 && !File.Exists(preset.Keyring))
        {
            problems.Add($"{Prefix}{name}.keyring: '{preset.Keyring}' does not exist. Install the distribution's keyring package, or name a file of its public keys.");
        }

        return problems.Count > before
            ? null
            : new ArchiveSettings(
                new ArchiveSource
                {
                    Name = name,
                    Family = preset.Family,
                    Suites = [.. preset.Suites.Where(s => draft.HasUpdates || s.Pocket != ArchivePocket.Updates)],
                    Architecture = draft.Architecture,
                    ImageDay = draft.ImageDay,
                },
                preset.Keyring,
                draft.Interval);
    }

    private void Demand(string name, string key, string value)
    {
        if (value.Length == 0)
        {
            problems.Add($"{Prefix}{name}.{key} is missing. Set it, or a preset: {string.Join(", ", ArchivePreset.All.Keys)}.");
        }
    }
}
