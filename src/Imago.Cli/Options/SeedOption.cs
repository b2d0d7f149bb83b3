using System.CommandLine;
using System.Globalization;
using Imago.Simulation;

namespace Imago.Cli.Options;

/// <summary><c>--seed</c>: the number from which all variation is drawn.</summary>
internal static class SeedOption
{
    public static Option<Seed> Create()
    {
        var byDefault = new Seed(1);
        return new("--seed")
        {
            Description = "Number from which all variation is drawn; the same seed gives the same answer.",
            HelpName = "number",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    return new Seed(number);
                }

                result.AddError($"--seed: '{text}' is not a whole number from 0 to {ulong.MaxValue}.");
                return byDefault;
            },
        };
    }
}
