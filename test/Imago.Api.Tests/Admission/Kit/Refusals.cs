using Imago.Contracts.Errors;
using Shouldly;

namespace Imago.Api.Tests.Admission.Kit;

/// <summary>What tests ask of an error.</summary>
internal static class Refusals
{
    /// <summary>The problems of an error: its details, or itself.</summary>
    public static IReadOnlyList<ArmError> Problems(this ArmError? error) => error is null ? [] : error.Details.IsEmpty ? [error] : error.Details;

    /// <summary>One problem, at a path, that says something.</summary>
    public static void ShouldRefuse(this ArmError? error, string path, string says, string code = ErrorCodes.InvalidParameter)
    {
        var problem = error.Problems().ShouldHaveSingleItem();
        problem.Target.ShouldBe(path);
        problem.Message.ShouldContain(says);
        problem.Code.ShouldBe(code);
    }
}
