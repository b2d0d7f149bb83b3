namespace Imago.Simulation.Blueprints;

/// <summary>The number of a machine in its scale set, as the end of its node's name writes it: six digits of base 36.</summary>
internal static class ScaleSetNumber
{
    public static string Of(int number)
    {
        const string digits = "0123456789abcdefghijklmnopqrstuvwxyz";
        Span<char> text = stackalloc char[6];
        for (var i = 5; i >= 0; i--)
        {
            text[i] = digits[number % 36];
            number /= 36;
        }

        return text.ToString();
    }
}
