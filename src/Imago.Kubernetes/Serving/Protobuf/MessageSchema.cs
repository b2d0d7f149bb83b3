using System.Collections.Frozen;

namespace Imago.Kubernetes.Serving.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Number">What it is called in bytes.</param>
/// <param name="Name">What it is called in JSON; empty: its fields are those of the message around it.</param>
/// <param name="Value">What it holds, or what the items of its list or map are.</param>
/// <param name="Type">Name of its message; empty if it is none.</param>
/// <param name="IsList">Whether there may be many.</param>
/// <param name="IsMap">Whether it is a map with texts as keys.</param>
/// <param name="MayBeEmpty">Whether an empty or zero value says something. Clients send all the others, too, where nobody has said anything.</param>
internal sealed record MessageField(int Number, string Name, FieldValue Value, string Type, bool IsList, bool IsMap, bool MayBeEmpty);

/// <summary>A message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its fields, by number.</param>
internal sealed record MessageSchema(string Name, FrozenDictionary<int, MessageField> Fields);
