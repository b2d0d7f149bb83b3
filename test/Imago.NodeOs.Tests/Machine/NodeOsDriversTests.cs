using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Machines;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Machine;

public sealed class NodeOsDriversTests
{
    [Theory]
    [Trait("Rule", "NM-61")]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n")]
    [InlineData("ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n")]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"20.04\"\nVERSION_CODENAME=focal\n")]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID='24.04'\nVERSION_CODENAME=noble\n")]
    public void For_SupportedSystem_IsApt(string release)
    {
        using var machine = new TemporaryMachine().With("/etc/os-release", release);

        For(machine).Name.ShouldBe("apt");
    }

    [Theory]
    [Trait("Rule", "NM-60")]
    [InlineData("ID=flatcar\nVERSION_ID=4000.1\n", "flatcar 4000.1")]
    [InlineData("ID=azurelinux\nVERSION_ID=\"3.0\"\n", "azurelinux 3.0")]
    [InlineData("ID=debian\nVERSION_CODENAME=forky\n", "debian")]
    [InlineData("", "a system without os-release")]
    public void For_OtherSystem_SaysWhatIsSupported(string release, string named)
    {
        using var machine = new TemporaryMachine().With("/etc/os-release", release);

        var failure = Should.Throw<NodeOsException>(() => For(machine));

        failure.Reason.ShouldBe(NodeOsReason.NotSupported);
        failure.Message.ShouldStartWith($"This machine is {named}; supported are Debian 12 and 13, and Ubuntu 20.04, 22.04 and 24.04");
    }

    [Fact]
    [Trait("Rule", "NM-60")]
    public void For_ImageBasedSystem_Refuses()
    {
        using var machine = new TemporaryMachine().With("/etc/os-release", "ID=debian\nVERSION_ID=12\n").With("/run/ostree-booted", "");

        Should.Throw<NodeOsException>(() => For(machine)).Message.ShouldContain("replaced as a whole");
    }

    private static INodeOsDriver For(TemporaryMachine machine) => NodeOsDrivers.For(machine.Root, new SystemCommands(HostClock.Instance), new MachineSettings(), HostClock.Instance);
}
