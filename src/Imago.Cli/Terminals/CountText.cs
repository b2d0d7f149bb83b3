namespace Imago.Cli.Terminals;

/// <summary>Numbers of things, for people.</summary>
internal static class CountText
{
    /// <summary>A number with its noun: <c>1 window</c>, <c>2 windows</c>.</summary>
    public static string Of(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
