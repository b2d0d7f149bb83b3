using System.CommandLine;
using System.Globalization;

namespace Imago.Cli.Options;

/// <summary>An option that takes a whole number within a range.</summary>
public static class WholeNumberOption
{
    public static Option<int> Create(string name, string description, int byDefault, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most}).",
        HelpName = "number",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"{name}: '{text}' is not a number from {least} to {most}.");
            return byDefault;
        },
    };
}
