namespace Imago.Server.DataFolders;

/// <summary>Where the data folder is if nobody says so.</summary>
public static class DataFolderPath
{
    /// <summary>By the XDG base directory specification: <c>$XDG_DATA_HOME/imago</c>, or <c>~/.local/share/imago</c>.</summary>
    public static string Default(Func<string, string?> environment)
    {
        // The specification says to ignore relative paths.
        var data = environment("XDG_DATA_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
            ? given
            : Path.Join(environment("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Join(data, "imago");
    }
}
