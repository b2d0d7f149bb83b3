using System.Collections.Immutable;
using Imago.Application.Catalog.Archives;

namespace Imago.Server.Configuration;

/// <summary>Reads the settings of a single archive, for who has no server.</summary>
public static class ArchiveReading
{
    /// <summary>The archive, or everything that is wrong.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="settings">Keys and values, as <c>archives.NAME</c> has them.</param>
    /// <param name="where">Where they were said, for messages.</param>
    public static (ArchiveSettings? Archive, ImmutableArray<string> Problems) One(string name, IEnumerable<(string Key, string Value)> settings, string where)
    {
        var problems = new List<string>();
        var configuration = new ArchiveConfiguration(problems);
        _ = configuration.Take(settings.Select(s => ($"{ArchiveConfiguration.Prefix}{name}.{s.Key}", s.Value, where)));
        var read = configuration.Read();
        return problems.Count == 0 ? (read[0], []) : (null, [.. problems]);
    }
}
