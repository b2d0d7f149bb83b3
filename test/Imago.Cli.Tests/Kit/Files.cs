using System.IO.Compression;

namespace Imago.Cli.Tests.Kit;

/// <summary>A folder for the files of one test class.</summary>
public sealed class Files : IDisposable
{
    private const string WeeklyWindow =
        """{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Saturday"}},"durationHours":4,"startTime":"22:00","utcOffset":"+00:00","startDate":"2026-01-01"}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-cli-");

    public Files()
    {
        Shop = PathOf("shop.json");
        using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "shop-24-nodes.json.gz"));
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var file = File.Create(Shop);
        unpacked.CopyTo(file);
        Weekly = Write("weekly.json", WeeklyWindow);
    }

    /// <summary>A dump of a real API server: 24 nodes in three pools, and a budget that can never be satisfied.</summary>
    public string Shop { get; }

    /// <summary>A window every Saturday from 22:00 for four hours, UTC.</summary>
    public string Weekly { get; }

    public string Folder => _folder.FullName;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
