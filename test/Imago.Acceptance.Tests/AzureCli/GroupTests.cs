namespace Imago.Acceptance.Tests.AzureCli;

public sealed class GroupTests(AzureCliFixture fixture) : AzStory(fixture)
{
    [Fact, Trait("Rule", "AZ-5")]
    public async Task Create_NewName_IsThere()
    {
        var group = await AzJson($"group create --name rg-passing --location {AzureCliFixture.Location} --tags team=shop");

        group.GetProperty("name").GetString().ShouldBe("rg-passing");
        group.GetProperty("properties").GetProperty("provisioningState").GetString().ShouldBe("Succeeded");
        group.GetProperty("tags").GetProperty("team").GetString().ShouldBe("shop");
    }

    [Fact, Trait("Rule", "AZ-5")]
    public async Task Show_OtherSpelling_FindsIt() =>
        (await AzJson("group show --name RG-PASSING")).GetProperty("location").GetString().ShouldBe(AzureCliFixture.Location);

    [Fact, Trait("Rule", "AZ-5")]
    public async Task List_Groups_HoldsBoth() =>
        (await AzJson("group list")).EnumerateArray().Select(g => g.GetProperty("name").GetString()).ShouldBe([AzureCliFixture.Group, "rg-passing"], ignoreOrder: true);

    [Fact, Trait("Rule", "AZ-5")]
    public async Task Exists_AGroupAndNone_SaysWhich()
    {
        (await Az("group exists --name rg-passing")).Out.Trim().ShouldBe("true");
        (await Az("group exists --name rg-nowhere")).Out.Trim().ShouldBe("false");
    }

    [Fact, Trait("Rule", "AZ-5")]
    public async Task Delete_EmptyGroup_IsGone()
    {
        await Az("group delete --name rg-passing --yes");

        (await Session.RunAsync("group show --name rg-passing")).ExitCode.ShouldBe(3);
    }
}
