namespace Imago.Cli.Forecasts;

/// <summary>Opens files that users name, and says what is wrong with those that do not open.</summary>
internal static class InputFile
{
    public static T Reading<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (Explain(file, problem) is { } message)
        {
            throw new InputException(message, problem);
        }
    }

    public static async Task<T> Reading<T>(string file, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception problem) when (Explain(file, problem) is { } message)
        {
            throw new InputException(message, problem);
        }
    }

    private static string? Explain(string file, Exception problem) => problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"There is no file '{file}'. Check the path.",
        UnauthorizedAccessException => Directory.Exists(file) ? $"'{file}' is a directory. Name a file in it." : $"File '{file}' may not be opened by this user.",
        IOException or ArgumentException or NotSupportedException => $"File '{file}' cannot be opened: {problem.Message}",
        _ => null,
    };
}
