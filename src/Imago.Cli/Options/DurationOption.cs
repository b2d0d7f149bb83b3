using System.CommandLine;
using System.Globalization;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Cli.Options;

/// <summary>An option that takes a duration such as <c>90s</c>, <c>30m</c> or <c>28d</c>.</summary>
public static class DurationOption
{
    /// <summary>The option; null when it is not given. Where Azure's clients take plain minutes, a number without a unit means minutes.</summary>
    public static Option<Duration?> Create(string name, string description, bool plainMinutes = false) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (plainMinutes && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            {
                return Duration.FromMinutes(minutes);
            }

            if (DurationText.TryParse(text, out var duration))
            {
                return duration;
            }

            result.AddError($"{name}: '{text}' is not a duration. Write {DurationText.Allowed}{(plainMinutes ? "; a plain number means minutes" : "")}.");
            return null;
        },
    };
}
