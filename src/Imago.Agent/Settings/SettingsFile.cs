namespace Imago.Agent.Settings;

/// <summary>The settings cannot be used. The message has every problem on a line of its own.</summary>
internal sealed class SettingsException(string message) : Exception(message);

/// <summary>Finds and reads the settings file.</summary>
internal static class SettingsFile
{
    /// <summary>Reads it.</summary>
    /// <param name="path">The file; null: the usual one, and the defaults where there is none.</param>
    /// <exception cref="SettingsException">It is not there, cannot be read, or has problems.</exception>
    public static AgentSettings Load(string? path)
    {
        var file = path ?? AgentSettings.DefaultPath;
        if (path is null && !File.Exists(file))
        {
            return new AgentSettings();
        }

        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"Settings '{file}' cannot be read: {failure.Message} Name another file with --settings, or leave it out for the defaults.");
        }

        var settings = SettingsReader.Read(text, out var problems);
        return problems.Count == 0 ? settings : throw new SettingsException(string.Join('\n', problems.Select(p => $"Settings '{file}': {p}")));
    }
}
