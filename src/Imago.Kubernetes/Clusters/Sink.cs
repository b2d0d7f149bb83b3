using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Watching;

namespace Imago.Kubernetes.Clusters;

/// <summary>Hands on what the informer of one kind finds out.</summary>
internal sealed class Sink<T>(Action<T> seen, Action<ObjectKey> gone) : IInformerSink<T>
    where T : KubernetesObject
{
    public void Seen(T item) => seen(item);

    public void Gone(ObjectKey key) => gone(key);

    public void Synced()
    {
    }
}
