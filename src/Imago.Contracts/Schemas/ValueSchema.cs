using System.Collections.Immutable;

namespace Imago.Contracts.Schemas;

/// <summary>What a value of a document may be.</summary>
public abstract record ValueSchema
{
    private ValueSchema()
    {
    }

    /// <summary>A text. An empty one means that the server decides, as if it were absent (AZ-31).</summary>
    public sealed record Text : ValueSchema
    {
        /// <summary>The allowed values in canonical case; compared without regard to case. Empty: any.</summary>
        public ImmutableArray<string> Allowed { get; init; } = [];

        /// <summary>A regular expression that the whole text matches; null: any text.</summary>
        public string? Pattern { get; init; }

        /// <summary>What the pattern means, for people.</summary>
        public string? Meaning { get; init; }

        /// <summary>Most characters.</summary>
        public int Longest { get; init; } = 4096;

        /// <summary>Whether a JSON number is taken for its text, as clients write <c>maxSurge</c>.</summary>
        public bool TakesNumbers { get; init; }
    }

    /// <summary>A whole number.</summary>
    /// <param name="Least">Smallest value, inclusive.</param>
    /// <param name="Most">Largest value, inclusive.</param>
    public sealed record Whole(long Least, long Most) : ValueSchema
    {
        /// <summary>Whether a text of digits is taken for its number: one client writes <c>"dayOfMonth": "15"</c> (AZ-52).</summary>
        public bool TakesText { get; init; }
    }

    /// <summary>Any number.</summary>
    public sealed record Number : ValueSchema;

    /// <summary>True or false.</summary>
    public sealed record Flag : ValueSchema;

    /// <summary>An object with known properties, and possibly unknown ones, which are kept as they are.</summary>
    /// <param name="Name">Name of the type, for the OpenAPI document.</param>
    /// <param name="Properties">The known properties.</param>
    public sealed record Object(string Name, ImmutableArray<SchemaProperty> Properties) : ValueSchema
    {
        /// <summary>A known property by its name, whatever its case; null for an unknown one.</summary>
        public SchemaProperty? Find(string name)
        {
            foreach (var property in Properties)
            {
                if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    return property;
                }
            }

            return null;
        }
    }

    /// <summary>A list.</summary>
    /// <param name="Item">What its elements are.</param>
    public sealed record List(ValueSchema Item) : ValueSchema
    {
        /// <summary>The property that tells elements apart, when they are objects; null: by their place.</summary>
        public string? ItemKey { get; init; }
    }

    /// <summary>Free names with values of one kind, for example tags.</summary>
    /// <param name="Value">What the values are.</param>
    public sealed record Map(ValueSchema Value) : ValueSchema;

    /// <summary>Any value: kept and returned, and nothing follows from it.</summary>
    public sealed record Any : ValueSchema;
}
