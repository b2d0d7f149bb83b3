namespace Imago.Kubernetes.Serving.Patching;

/// <summary>A patch that cannot be applied to an object.</summary>
#pragma warning disable RCS1194, CA1032 // Whether the patch or the object is at fault decides the answer: it is never left out.
internal sealed class PatchException(string message, bool isFormat = false) : Exception(message)
#pragma warning restore RCS1194, CA1032
{
    /// <summary>Whether it could be applied to no object at all.</summary>
    public bool IsFormat { get; } = isFormat;
}
