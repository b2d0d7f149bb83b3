using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Updaters;

/// <summary>One path as it was found before the first switch.</summary>
/// <param name="Path">The path.</param>
/// <param name="Link">Where it led, if it was a link; null: it was none.</param>
/// <param name="Text">What it held, if it was a file; null: it was none. Both null: nothing was there.</param>
internal sealed record FoundPath(string Path, string? Link, string? Text)
{
    public static FoundPath Of(MachineRoot root, string path)
    {
        var file = new FileInfo(root.At(path));
        return file.LinkTarget is { } link ? new FoundPath(path, link, null) : new FoundPath(path, null, file.Exists ? File.ReadAllText(file.FullName) : null);
    }

    /// <summary>Puts back what was found.</summary>
    public void Restore(MachineRoot root)
    {
        if (Link is not null)
        {
            Put(root, Path, Link);
        }
        else if (Text is not null)
        {
            root.Remove(Path);
            root.Write(Path, Text);
        }
        else
        {
            root.Remove(Path);
        }
    }

    /// <summary>Makes a link in the place of whatever is there.</summary>
    public static void Put(MachineRoot root, string path, string target)
    {
        if (new FileInfo(root.At(path)).LinkTarget != target)
        {
            root.Folder(System.IO.Path.GetDirectoryName(path)!);
            root.Remove(path);
            File.CreateSymbolicLink(root.At(path), target);
        }
    }
}

/// <summary>Everything that the switch touches, as it was found before the first one.</summary>
/// <param name="Switched">To what it was switched last, in the words of annotations.</param>
/// <param name="Paths">The paths.</param>
/// <param name="ActiveTimers">Timers that were running.</param>
internal sealed record FoundState(string Switched, FoundPath[] Paths, string[] ActiveTimers)
{
    public static FoundState? Find(MachineRoot root, MachineSettings settings) => root.Read(Place(settings)) is not { } text ? null
        : JsonSerializer.Deserialize(text, FoundStateJson.Default.FoundState);

    public void Keep(MachineRoot root, MachineSettings settings) => root.Write(Place(settings), JsonSerializer.Serialize(this, FoundStateJson.Default.FoundState));

    public static void Forget(MachineRoot root, MachineSettings settings) => root.Remove(Place(settings));

    private static string Place(MachineSettings settings) => settings.StateDirectory.TrimEnd('/') + "/updater.json";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FoundState))]
internal sealed partial class FoundStateJson : JsonSerializerContext;
