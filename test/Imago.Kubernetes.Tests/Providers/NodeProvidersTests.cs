using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Providers.External;
using Imago.Kubernetes.Providers.InPlace;
using Imago.Kubernetes.Tests.Providers.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Providers;

public sealed class NodeProvidersTests
{
    private static NodeProviders Providers => new(new WorldClock(Served.Now));

    private static INodeProvider Make(ProviderAccess? access) => Providers.Make("/c", access, new NoNodes());

    [Fact]
    public void Make_External_IsTheClientOfTheProtocol()
    {
        using var made = Make(new ProviderAccess("External", new Uri("https://nodes.example.com"), "t", null)).ShouldBeOfType<ExternalProvider>();

        NodeProviders.Kinds.ShouldBe(["external", "in-place"]);
    }

    [Fact]
    public void Make_KindThatIsNotKnown_NamesThoseThatAre() =>
        Should.Throw<ConnectionException>(() => Make(new ProviderAccess("metal3", new Uri("https://nodes.example.com"), null, null)))
            .Message.ShouldBe("Node provider kind 'metal3' of cluster '/c' is not known. Known kinds: external, in-place. Attach the cluster again with one of them.");

    [Theory]
    [InlineData("http://nodes.example.com", "is not encrypted")]
    [InlineData("ftp://nodes.example.com", "is not the endpoint of a node provider")]
    [InlineData("https://user:secret@nodes.example.com", "is not the endpoint of a node provider")]
    [InlineData("https://nodes.example.com/?a=b", "is not the endpoint of a node provider")]
    public void Make_EndpointThatCannotBeUsed_SaysWhatToWrite(string endpoint, string complaint)
    {
        var message = Should.Throw<ConnectionException>(() => Make(new ProviderAccess("external", new Uri(endpoint), "t", null))).Message;

        message.ShouldContain(complaint);
        message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nxyz\n-----END CERTIFICATE-----")]
    public void Make_AuthorityThatIsNone_SaysSo(string pem) =>
        Should.Throw<ConnectionException>(() => Make(new ProviderAccess("external", new Uri("https://nodes.example.com"), "t", pem))).Message.ShouldStartWith("The authority of the provider at");

    [Fact]
    public async Task Make_NoProvider_FailsEverythingWithWhatToDo()
    {
        var provider = Make(null);

        var asked = await provider.BeginAsync(Served.Ask(), default);
        (asked.State, asked.Code).ShouldBe((OperationState.Failed, ProviderCodes.NoProvider));
        asked.Message.ShouldBe("cluster '/c' was attached without a node provider, so nobody can make, reimage or delete its nodes. Attach it again with a provider, or choose channel None or Unmanaged.");

        // A server that was started again knows nothing of what was asked before, and answers the same.
        (await Make(null).FindAsync(Served.Ask().OperationId, default)).ShouldBe(asked);
    }

    [Fact]
    [Trait("Rule", "UP-31")]
    public async Task Make_InPlace_IsInTheClusterAndMakesNoMachines()
    {
        var provider = Make(new ProviderAccess("in-place", null, null, null));

        provider.ShouldBeOfType<InPlaceProvider>();
        (await provider.LimitsAsync(default)).ShouldBe(new ProviderLimits { CanSurge = false, InPlace = true });
    }
}
