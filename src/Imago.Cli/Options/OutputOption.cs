using System.CommandLine;

namespace Imago.Cli.Options;

/// <summary>For whom an answer is written.</summary>
public enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs: stable names, instants in UTC.</summary>
    Json,
}

/// <summary><c>--output table|json</c>, alike in every command.</summary>
public static class OutputOption
{
    public static Option<OutputFormat> Create()
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = "For whom the answer is written: people or programs [default: table].",
            HelpName = "table|json",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (string.Equals(text, "table", StringComparison.OrdinalIgnoreCase))
                {
                    return OutputFormat.Table;
                }

                if (!string.Equals(text, "json", StringComparison.OrdinalIgnoreCase))
                {
                    result.AddError($"--output: '{text}' is not known. Write 'table' or 'json'.");
                }

                return OutputFormat.Json;
            },
        };
        option.CompletionSources.Add("table", "json");
        return option;
    }
}
