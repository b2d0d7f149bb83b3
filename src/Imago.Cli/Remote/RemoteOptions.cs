using System.CommandLine;

namespace Imago.Cli.Remote;

/// <summary>Options that commands for a server share, so that they are spelled and explained alike.</summary>
internal static class RemoteOptions
{
    public static Option<string?> Group() => new("--group", "-g", "--resource-group")
    {
        Description = "Resource group [default: that of the login].",
        HelpName = "GROUP",
    };

    public static Option<string?> Subscription() => new("--subscription")
    {
        Description = "Subscription id [default: that of the login].",
        HelpName = "ID",
    };

    public static Argument<string> Name(string what) => new("NAME") { Description = $"Name of the {what}." };

    public static Option<string> Cluster() => new("--cluster", "-c", "--cluster-name") { Description = "Name of the cluster.", HelpName = "NAME", Required = true };

    public static Option<bool> NoWait() => new("--no-wait") { Description = "Do not wait until the server is done with it." };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask whether this is meant." };

    public static Option<string[]> Tags() => new("--tags")
    {
        Description = "Tags, as KEY=VALUE; without any, all are taken away.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Option<string?> Text(string name, string description, string helpName = "text") => new(name) { Description = description, HelpName = helpName };

    /// <summary>An option that takes one of a few words of the API, in any case; the API's spelling is sent.</summary>
    public static Option<string?> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Array.Find(choices, c => string.Equals(c, text, StringComparison.OrdinalIgnoreCase)) is { } choice)
                {
                    return choice;
                }

                result.AddError($"{name}: '{text}' is not known. Write one of {string.Join(", ", choices)}.");
                return null;
            },
        };
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>An option that takes a whole number; null when it is not given. Its range is the server's business.</summary>
    public static Option<int?> Number(string name, string description) => new(name) { Description = description, HelpName = "number" };
}
