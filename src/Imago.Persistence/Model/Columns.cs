namespace Imago.Persistence.Model;

/// <summary>Columns that the database has and the records of the port do not.</summary>
internal static class Columns
{
    /// <summary>Order of arrival; breaks ties between equal instants.</summary>
    public const string Seq = nameof(Seq);

    /// <summary>Whether an operation has not ended: a partial index of the few open ones among many ended ones.</summary>
    public const string IsOpen = nameof(IsOpen);

    public const string DeliveredAt = nameof(DeliveredAt);

    // Names in lower case beside those that keep the case in which they were written: comparing without regard to case, with an index, alike on both databases.
    public const string TypeKey = nameof(TypeKey);
    public const string SubscriptionKey = nameof(SubscriptionKey);
    public const string ResourceGroupKey = nameof(ResourceGroupKey);
    public const string ResourceKey = nameof(ResourceKey);
    public const string CorrelationKey = nameof(CorrelationKey);
}
