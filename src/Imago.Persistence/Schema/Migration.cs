using System.Globalization;

namespace Imago.Persistence.Schema;

/// <summary>One step of the schema of one database. Steps are only ever added; one that was released never changes.</summary>
/// <param name="Version">From 1, dense.</param>
/// <param name="Name">What it does, in a few words.</param>
/// <param name="Sql">Statements that bring the schema from the version before to this one.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>The steps of a provider that ship with the program, in order.</summary>
    public static IReadOnlyList<Migration> Of(StoreProvider provider)
    {
        var assembly = typeof(Migration).Assembly;
        var folder = $"Schema/{provider}/";
        return [.. assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(resource =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);

            // Schema/Sqlite/0001-first.sql
            var file = Path.GetFileNameWithoutExtension(resource[folder.Length..]);
            return new Migration(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), file[5..], reader.ReadToEnd());
        })];
    }
}
