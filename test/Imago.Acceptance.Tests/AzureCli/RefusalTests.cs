namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>What az prints, and how it ends, when the server says no.</summary>
public sealed class RefusalTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private const string TheCluster = $"--resource-group {AzureCliFixture.Group} --name refusing";

    [Fact, Trait("Rule", "AZ-49"), Trait("Rule", "AZ-61")]
    public async Task Show_NoSuchCluster_EndsWithThree()
    {
        var missing = await Session.RunAsync($"aks show {TheCluster}");

        missing.ExitCode.ShouldBe(3);
        missing.Error.ShouldContain("(ResourceNotFound)");
        missing.Error.ShouldContain($"under resource group '{AzureCliFixture.Group}' was not found");
    }

    [Fact, Trait("Rule", "AZ-49")]
    public async Task Create_NoSuchGroup_EndsWithThree()
    {
        var missing = await Session.RunAsync("aks create --resource-group rg-nowhere --name refusing");

        missing.ExitCode.ShouldBe(3);
        missing.Error.ShouldContain("(ResourceGroupNotFound)");
    }

    [Fact, Trait("Rule", "AZ-51")]
    public async Task Create_UnknownChannel_IsRefusedByAz()
    {
        var refused = await Session.RunAsync($"aks create {TheCluster} --node-os-upgrade-channel Bogus");

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("Bogus");
    }

    [Fact, Trait("Rule", "AZ-49"), Trait("Rule", "EV-83")]
    public async Task Create_ImpossibleSettings_NamesTheProblemWithItsPlace()
    {
        var refused = await Session.RunAsync($"aks create {TheCluster} --node-count 1 --kubernetes-version 1.2.3");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("1.2.3");
        refused.Error.ShouldNotContain("Traceback");
    }

    [Fact, Trait("Rule", "AZ-51"), Trait("Rule", "CH-4")]
    public async Task Update_UnknownChannel_IsRefusedByTheServer()
    {
        await Az($"aks create {TheCluster} --node-count 1 --node-os-upgrade-channel None");

        var refused = await Session.RunAsync($"aks update {TheCluster} --node-os-upgrade-channel Bogus");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("Bogus");
        refused.Error.ShouldContain("SecurityPatch");
    }

    [Fact, Trait("Rule", "CH-81")]
    public async Task Update_ChannelsThatExcludeEachOther_IsRefused()
    {
        (await AzJson($"aks update {TheCluster} --auto-upgrade-channel node-image")).GetProperty("autoUpgradeProfile").GetProperty("nodeOsUpgradeChannel").GetString().ShouldBe("NodeImage");

        var refused = await Session.RunAsync($"aks update {TheCluster} --node-os-upgrade-channel SecurityPatch");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("node-image");
    }

    [Fact, Trait("Rule", "AZ-56")]
    public async Task Upgrade_WithoutYes_WantsATerminal()
    {
        var refused = await Session.RunAsync($"aks upgrade {TheCluster} --node-image-only");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("NoTTYException");
    }

    [Fact, Trait("Rule", "AZ-56")]
    public async Task NodepoolUpgrade_ImageOnlyWithSettings_IsRefusedByAz() =>
        (await Session.RunAsync($"aks nodepool upgrade --resource-group {AzureCliFixture.Group} --cluster-name refusing --name nodepool1 --node-image-only --max-surge 2"))
            .ExitCode.ShouldNotBe(0);

    [Fact, Trait("Rule", "AZ-49"), Trait("Rule", "UP-66")]
    public async Task OperationAbort_NothingUnderWay_IsAConflict()
    {
        var refused = await Session.RunAsync($"aks operation-abort {TheCluster}");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldNotContain("Traceback");
    }
}
