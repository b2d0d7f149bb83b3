namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>What a field of a message holds.</summary>
internal enum FieldValue
{
    Text,
    Whole,
    Flag,
    Bytes,

    /// <summary>An instant, to the second.</summary>
    Time,

    /// <summary>An instant, to the microsecond.</summary>
    MicroTime,

    Quantity,
    WholeOrText,

    /// <summary>JSON within the message.</summary>
    Json,

    /// <summary>A message that is nothing but a list of texts.</summary>
    Texts,

    Message,
}
