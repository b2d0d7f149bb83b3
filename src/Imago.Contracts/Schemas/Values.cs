using System.Collections.Immutable;

namespace Imago.Contracts.Schemas;

/// <summary>Short names for the kinds of values, so that a schema reads like a table.</summary>
internal static class Values
{
    public static ValueSchema.Text Text { get; } = new();

    public static ValueSchema.Flag Flag { get; } = new();

    public static ValueSchema.Number Number { get; } = new();

    public static ValueSchema.Any Any { get; } = new();

    /// <summary>A whole number or a percentage, written as text or as a number.</summary>
    public static ValueSchema.Text Share { get; } = new()
    {
        Pattern = @"\A[0-9]{1,9}%?\z",
        Meaning = "a whole number or a percentage, such as '3' or '33%'",
        TakesNumbers = true,
    };

    public static ValueSchema.Text OneOf(params ImmutableArray<string> allowed) => new() { Allowed = allowed };

    public static ValueSchema.Text Matching(string pattern, string meaning) => new() { Pattern = pattern, Meaning = meaning };

    public static ValueSchema.Whole Whole(long least, long most) => new(least, most);

    public static ValueSchema.Object Object(string name, params ImmutableArray<SchemaProperty> properties) => new(name, properties);

    public static ValueSchema.List ListOf(ValueSchema item) => new(item);

    public static ValueSchema.Map MapOf(ValueSchema value) => new(value);
}
