using Imago.Contracts.Errors;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Errors;

public sealed class ArmErrorTests
{
    private static readonly ArmError Count = new(ErrorCodes.InvalidParameter, "too many", "properties.count");
    private static readonly ArmError Name = new(ErrorCodes.InvalidResourceName, "bad name", "name");

    [Fact]
    [Trait("Rule", "EV-82")]
    public void OfAll_OneProblem_IsTheErrorItself() =>
        ArmError.OfAll([Count]).ToBody().ToJsonString().ShouldBe("""{"error":{"code":"InvalidParameter","message":"too many","target":"properties.count"}}""");

    [Fact]
    [Trait("Rule", "EV-82")]
    public void OfAll_SeveralProblems_ListsThemAsDetails()
    {
        var error = ArmError.OfAll([Count, Name]);

        error.Code.ShouldBe(ErrorCodes.MultipleErrorsOccurred);
        error.Message.ShouldBe("The request has 2 problems; nothing was changed. First: too many");
        error.Details.ShouldBe([Count, Name]);
        ArmError.OfAll([Count, Count]).Code.ShouldBe(ErrorCodes.InvalidParameter);
    }

    [Fact]
    public void ToJson_ErrorOfTheRequest_HasNoTarget() => new ArmError("A", "b").ToJson().ToJsonString().ShouldBe("""{"code":"A","message":"b"}""");
}
