using Shouldly;
using Xunit;

namespace Imago.Domain.Tests;

public sealed class StableHashTests
{
    // The shards of stored clusters, the rings of regions and the names of surge nodes follow from these values.
    [Theory]
    [InlineData("", 2166136261u)]
    [InlineData("a", 3826002220u)]
    [InlineData("westeurope", 3211861336u)]
    public void Of_AText_IsTheSameForEver(string text, uint hash) => StableHash.Of(text).ShouldBe(hash);
}
