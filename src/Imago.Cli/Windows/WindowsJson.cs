using Imago.Cli.Json;

namespace Imago.Cli.Windows;

/// <summary>An answer as one line of JSON.</summary>
internal static class WindowsJson
{
    public static string Line(WindowsAnswer answer) => AnswerJson.Line(json =>
    {
        json.WriteStartObject();
        json.WriteString("file", answer.File);
        if (answer.Configuration is null)
        {
            json.WriteObjects("errors", answer.Problems, (writer, problem) =>
            {
                writer.WriteString("path", problem.Path);
                writer.WriteString("message", problem.Message);
            });
        }
        else
        {
            json.WriteObjects("windows", answer.Windows, (writer, window) =>
            {
                writer.WriteInstant("start", window.Start);
                writer.WriteInstant("end", window.End);
            });
        }

        json.WriteEndObject();
    });
}
