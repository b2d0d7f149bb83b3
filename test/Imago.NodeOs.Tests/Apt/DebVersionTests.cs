using System.Diagnostics;
using FsCheck.Fluent;
using Imago.NodeOs.Apt;
using Shouldly;
using Xunit;

namespace Imago.NodeOs.Tests.Apt;

public sealed class DebVersionTests
{
    [Theory]
    [Trait("Rule", "NM-40")]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~~", "1.0~", -1)]
    [InlineData("1.0", "1.0a", -1)]
    [InlineData("1.0a", "1.0+b", -1)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1.09", "1.9", 0)]
    [InlineData("1:0.1", "9.9", 1)]
    [InlineData("0:1.0", "1.0", 0)]
    [InlineData("1.0-1", "1.0", 1)]
    [InlineData("1.0-1-2", "1.0-1-10", -1)]
    [InlineData("5.36.0-7+deb12u3", "5.36.0-7+deb12u4", -1)]
    [InlineData("20230311+deb12u1", "20250419~deb12u2", -1)]
    [InlineData("6.1.0-9-amd64", "6.1.0-56-amd64", -1)]
    [InlineData("99999999999999999999999999", "100000000000000000000000000", -1)]
    public void Compare_KnownPairs_AsDpkgHasIt(string left, string right, int order)
    {
        Math.Sign(DebVersion.Compare(left, right)).ShouldBe(order);
        Math.Sign(DebVersion.Compare(right, left)).ShouldBe(-order);
    }

    [Fact]
    [Trait("Rule", "NM-40")]
    public async Task Compare_AnyPair_AgreesWithDpkg()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "skipped, because dpkg is not installed");

        var part = Gen.Elements("0", "1", "9", "00", "10", "a", "B", "~", "+", ".", "deb", "rc", "-", "u").ListOf().Select(string.Concat);
        var version = from epoch in Gen.Elements("", "", "0:", "1:", "2:") from body in part from revision in Gen.Elements("", "-1", "-0", "-1ubuntu2", "-2~bpo", "-10") select $"{epoch}1{body}{revision}";
        var pairs = (from a in version from b in version select (A: a, B: b)).Sample(400, 20).ToArray();

        // One shell for all pairs: what is compared is the order, not how fast programs start.
        var script = string.Join('\n', pairs.Select(p =>
            $"if dpkg --compare-versions '{p.A}' lt '{p.B}'; then echo -1; elif dpkg --compare-versions '{p.A}' gt '{p.B}'; then echo 1; else echo 0; fi"));
        using var shell = Process.Start(new ProcessStartInfo("sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = shell.StandardError.ReadToEndAsync();
        var answers = shell.StandardOutput.ReadToEndAsync();
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        var said = (await answers).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();

        said.Length.ShouldBe(pairs.Length);
        pairs.Select((p, i) => (p.A, p.B, Ours: Math.Sign(DebVersion.Compare(p.A, p.B)), Dpkg: said[i])).Where(x => x.Ours != x.Dpkg).ShouldBeEmpty();
        said.Distinct().Count().ShouldBe(3, "the pairs have to show all three answers");
    }
}
