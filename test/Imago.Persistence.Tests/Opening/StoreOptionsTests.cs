using Imago.Persistence.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Imago.Persistence.Tests.Opening;

public sealed class StoreOptionsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Problems_NoDataFile_AsksForOne(string? file) =>
        new StoreOptions { DataFile = file }.Problems().ShouldHaveSingleItem().ShouldStartWith("DataFile: nothing is given. Give the path of the SQLite file");

    [Fact]
    public void Problems_DataFileIsAFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();

        new StoreOptions { DataFile = folder.Path }.Problems().ShouldHaveSingleItem().ShouldStartWith($"DataFile: '{folder.Path}' is a folder.");
    }

    [Theory]
    [InlineData("", "nothing is given")]
    [InlineData("Database=x", "'Host' is missing")]
    [InlineData("Host=localhost", "'Database' is missing")]
    [InlineData("Host=localhost;Database=x;Colour=red", "is not a list of 'Key=Value' pairs")]
    [InlineData("postgres", "is not a list of 'Key=Value' pairs")]
    public void Problems_ConnectionStringThatIsNone_SaysWhatIsMissing(string text, string problem) =>
        new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = text }.Problems().ShouldHaveSingleItem().ShouldStartWith($"ConnectionString: {problem}");

    [Fact]
    public void Problems_Several_AreAllSaidAndNoneRepeatsThePassword()
    {
        var problems = new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = "Password=hunter2;Colour=red", DataFile = "x.db" }.Problems().ToList();

        problems.Count.ShouldBe(2);
        string.Join(' ', problems).ShouldNotContain("hunter2");
    }

    [Fact]
    public void ToString_WithAPassword_DoesNotSayIt() =>
        new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = "Host=localhost;Database=imago;Password=hunter2" }.ToString().ShouldBe("Postgres");

    [Fact]
    public void Problems_OptionsThatCanBeUsed_AreNone()
    {
        new StoreOptions { DataFile = "imago.db" }.Problems().ShouldBeEmpty();
        new StoreOptions { Provider = StoreProvider.Postgres, ConnectionString = "Host=localhost;Database=imago" }.Problems().ShouldBeEmpty();
    }

    [Fact]
    public async Task Open_OptionsWithProblems_ThrowsWithAllOfThem()
    {
        var options = new StoreOptions { ConnectionString = "Host=localhost" };

        var thrown = await Should.ThrowAsync<StoreConfigurationException>(async () =>
            await StoreFactory.OpenAsync(options, new StandingClock(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken));
        thrown.Message.ShouldContain("DataFile:");
        thrown.Message.ShouldContain("ConnectionString:");
    }
}
