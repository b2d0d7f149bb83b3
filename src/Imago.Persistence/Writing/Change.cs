namespace Imago.Persistence.Writing;

/// <summary>What a piece of work inside a transaction came to.</summary>
/// <param name="Result">The answer to the caller.</param>
/// <param name="Keep">Whether what it wrote is to be kept; false: undone.</param>
internal readonly record struct Change<T>(T Result, bool Keep);

/// <summary>Ways to end a piece of work.</summary>
internal static class Change
{
    public static Change<T> Kept<T>(T result) => new(result, Keep: true);

    public static Change<T> Undone<T>(T result) => new(result, Keep: false);
}
