using Xunit.Sdk;
using Xunit.v3;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>Runs the tests of a class in the order in which they are written. A cluster is made, changed and deleted: each test begins where the one before it ended.</summary>
internal sealed class StoryOrder : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(c => c is IXunitTestCase known ? known.TestMethod.Method.MetadataToken : 0)];
}
