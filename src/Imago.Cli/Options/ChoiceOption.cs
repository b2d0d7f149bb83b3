using System.CommandLine;

namespace Imago.Cli.Options;

/// <summary>An option that takes one of a few names, in any case.</summary>
public static class ChoiceOption
{
    public static Option<T?> Create<T>(string name, string description, params T[] choices)
        where T : struct, Enum
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                foreach (var choice in choices)
                {
                    if (string.Equals(choice.ToString(), text, StringComparison.OrdinalIgnoreCase))
                    {
                        return choice;
                    }
                }

                result.AddError($"{name}: '{text}' is not known. Write one of {string.Join(", ", choices)}.");
                return null;
            },
        };
        option.CompletionSources.Add([.. choices.Select(c => c.ToString())]);
        return option;
    }
}
