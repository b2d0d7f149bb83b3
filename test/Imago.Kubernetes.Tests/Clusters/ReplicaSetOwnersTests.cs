using Imago.Domain.Clusters;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Objects;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Clusters;

public sealed class ReplicaSetOwnersTests
{
    private static readonly ObjectKey Set = new("shop", "web-1");
    private static readonly ObjectKey Pod = new("shop", "web-1-a");
    private readonly ReplicaSetOwners _owners = new();

    [Fact]
    public void Await_PodIsToldManyTimes_IsKeptOnce()
    {
        _owners.Await(Set, Pod);
        _owners.Await(Set, Pod);

        _owners.Seen(Told()).ShouldBe([Pod]);
    }

    [Fact]
    public void Await_PodIsGone_IsNotKept()
    {
        _owners.Await(Set, Pod);
        _owners.PodGone(Set, Pod);

        _owners.Seen(Told()).ShouldBeEmpty();
    }

    private static PartialObject Told() => new() { Metadata = new ObjectMeta { Namespace = Set.Namespace, Name = Set.Name } };
}
