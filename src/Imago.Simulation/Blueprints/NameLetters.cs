namespace Imago.Simulation.Blueprints;

/// <summary>Letters and digits of which Kubernetes makes names: no vowels, so that no words come out.</summary>
internal static class NameLetters
{
    private const string Safe = "bcdfghjklmnpqrstvwxz2456789";

    public static string Of(Seed draw, int length) => string.Create(length, draw, static (text, from) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            from = from.Next;
            text[i] = Safe[from.Below(Safe.Length)];
        }
    });
}
