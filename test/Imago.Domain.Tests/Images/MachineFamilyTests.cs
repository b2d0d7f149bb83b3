using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public class MachineFamilyTests
{
    [Theory]
    [Trait("Rule", "IM-7")]
    [InlineData("debian", "12", "ImagoDebian-12", "debian12")]
    [InlineData("ubuntu", "22.04", "ImagoUbuntu-2204", "ubuntu2204")]
    public void FamilyOfMachines_HasOurPrefixAndATrack(string id, string version, string family, string track)
    {
        var read = ImageFamily.OfMachine(id, version).ShouldNotBeNull();

        read.Name.ShouldBe(family);
        read.PatchTrack.ShouldBe(track);
        NodeImage.Parse($"{family}-202611.20.0-2026.11.24").ShouldBe(NodeImage.Of(read, Version("202611.20.0"), new LocalDate(2026, 11, 24)));
    }

    [Fact]
    public void FamilyOfMachines_OfASystemWithoutAName_IsNone()
    {
        ImageFamily.OfMachine("", "12").ShouldBeNull();
        ImageFamily.OfMachine("debian", "").ShouldBeNull();
    }

    private static ImageVersion Version(string text) => ImageVersion.TryParse(text, out var version) ? version : throw new ArgumentException(text, nameof(text));
}
