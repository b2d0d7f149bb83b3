namespace Imago.NodeOs.Rig.Archives;

/// <summary>One request that an archive answered.</summary>
/// <param name="Path">What was asked for.</param>
/// <param name="Status">The answer; 0: the connection was cut.</param>
/// <param name="Bytes">Length of what was sent.</param>
public sealed record ServedRequest(string Path, int Status, long Bytes);
