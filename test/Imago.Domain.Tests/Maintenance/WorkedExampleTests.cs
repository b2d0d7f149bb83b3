using Imago.Domain.Maintenance;
using NodaTime.Text;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>Every worked example of the specification, by the name it has there.</summary>
[Trait("Rule", "MW-40")]
[Trait("Rule", "MW-43")]
[Trait("Rule", "MW-44")]
[Trait("Rule", "MW-45")]
[Trait("Rule", "MW-46")]
[Trait("Rule", "MW-47")]
[Trait("Rule", "MW-48")]
[Trait("Rule", "MW-49")]
[Trait("Rule", "MW-49a")]
[Trait("Rule", "MW-70")]
[Trait("Rule", "MW-73")]
public sealed class WorkedExampleTests
{
    public static TheoryData<string> Ids() => [.. VectorFile.All.Keys];

    [Fact]
    public void Vectors_All_AreThere() => VectorFile.All.Keys.ShouldBe(Enumerable.Range(1, 42).Select(n => $"V-{n:00}"));

    [Theory]
    [MemberData(nameof(Ids))]
    public void EndingAfter_WorkedExample_GivesItsFiveWindows(string id)
    {
        var vector = VectorFile.All[id];
        var (configuration, problems) = MaintenanceValidation.Validate(vector.Draft, new ValidationContext(vector.Kind, vector.AsOf, IsStored: true));

        problems.ShouldBeEmpty();
        configuration.ShouldNotBeNull().Times.EndingAfter(vector.AsOf).Take(5)
            .Select(w => $"{InstantPattern.General.Format(w.Start)}/{InstantPattern.General.Format(w.End)}")
            .ShouldBe(vector.Next);
    }
}
