using System.CommandLine;
using Imago.Domain.Clusters;

namespace Imago.Cli.Options;

/// <summary>An option that takes a number of nodes or a share of the pool.</summary>
public static class ShareOption
{
    public static Option<IntOrPercent?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "number|percent",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (IntOrPercent.TryParse(text, out var value))
            {
                return value;
            }

            result.AddError($"{name}: '{text}' is neither a number nor a percentage. Write for example 2 or 33%.");
            return null;
        },
    };
}
