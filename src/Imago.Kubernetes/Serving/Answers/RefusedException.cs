namespace Imago.Kubernetes.Serving.Answers;

/// <summary>
/// The request cannot be done as it was sent; what is answered says why. Thrown while a request is read, deep inside of what it consists of, and caught in one place.
/// </summary>
#pragma warning disable RCS1194, CA1032 // It exists to carry one thing; without it, it would be another exception.
internal sealed class RefusedException(StatusDocument status) : Exception(status.Message)
#pragma warning restore RCS1194, CA1032
{
    public StatusDocument Status { get; } = status;
}
