using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

/// <summary>The grammar that is read by hand, against the regular expression of the rule.</summary>
public sealed partial class NodeImageGrammarTests
{
    // Pieces of real texts and of near misses: joined at random, they meet the grammar's corners far more often than random characters do.
    private static readonly string[] Pieces =
    [
        "AKS", "AKSUbuntu", "AKSWindows", "AKSAzureContainerLinux", "aksubuntu", "2204gen2containerd", "23H2", "gen2", "V3", "-", "-", "-", "-", "--", ".", "0", "7", "07", "31", "00",
        "202311.07.0", "202311.7.0", "202413.01.0", "202402.29.0", "202302.29.0", "202603.18.10", "2023.02.15", "2023.11.31", "2023.1.05", "000000.00.0", "000101.01.0",
        "20348.3207.250214", "00000.1.250214", "20348..250214", "20348.3207.250231", "999999.99.9", "2024.12.01", "\n", " ", "٣", "é", "_", "",
    ];

    private static readonly Gen<string> Texts = Gen.Frequency(
        (6, Gen.Elements(Pieces).ListOf().Select(string.Concat)),
        (2, from family in Gen.Elements("AKSUbuntu", "AKSUbuntu-2204gen2containerd", "AKSWindows-2022-containerd-gen2", "AKS", "AKSUbuntu-")
            from tail in Gen.Elements(Pieces).ArrayOf(5)
            select family + "-" + string.Concat(tail)),
        (1, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")));

    [Fact]
    [Trait("Rule", "IM-7")]
    public void Parse_OfAnyText_AgreesWithTheExpression() =>
        Prop.ForAll(Texts.ToArbitrary(), text => Hand(text) == Expression(text)).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    [Trait("Rule", "IM-7")]
    public void Parse_OfARealImageWithOneCharacterChanged_AgreesWithTheExpression()
    {
        string[] images =
        [
            "AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01", "AKSUbuntu-2204gen2containerd-2023.02.15", "AKSAzureContainerLinux-202606.01.0",
            "AKSWindows-2022-containerd-gen2-20348.3207.250214",
        ];
        var agreed = 0;
        foreach (var image in images)
        {
            for (var at = 0; at < image.Length; at++)
            {
                foreach (var other in "09aZ-.\n٣")
                {
                    var text = image[..at] + other + image[(at + 1)..];
                    Hand(text).ShouldBe(Expression(text), text);
                    agreed++;
                }

                var shorter = image.Remove(at, 1);
                Hand(shorter).ShouldBe(Expression(shorter), shorter);
            }
        }

        agreed.ShouldBeGreaterThan(1000);
    }

    private static string? Hand(string text)
    {
        var image = NodeImage.Parse(text);
        return image.IsKnown ? $"{image.Family}|{image.Version}|{image.Patch:uuuu-MM-dd}" : null;
    }

    // The rule's expression, then: every date exists, a Windows version has no patch part. Beyond the rule, years begin with 1, and numbers have nine digits at most.
    private static string? Expression(string text)
    {
        var match = Rule().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var version = match.Groups["ver"].Value;
        var parts = version.Split('.');
        var patch = match.Groups["patch"].Success ? match.Groups["patch"].Value : null;
        string canonical;
        if (parts[0].Length == 5)
        {
            if (patch is not null || parts[0] == "00000" || parts[1].Length > 9 || !Exists($"20{parts[2]}", "yyyyMMdd"))
            {
                return null;
            }

            canonical = $"{parts[0]}.{int.Parse(parts[1], CultureInfo.InvariantCulture)}.{parts[2]}";
        }
        else if (parts[0].Length == 4)
        {
            if (!Exists(version, "yyyy.MM.dd"))
            {
                return null;
            }

            canonical = $"{parts[0]}{parts[1]}.{parts[2]}.0";
        }
        else
        {
            if (parts[2].Length > 9 || !Exists($"{parts[0]}{parts[1]}", "yyyyMMdd"))
            {
                return null;
            }

            canonical = $"{parts[0]}.{parts[1]}.{int.Parse(parts[2], CultureInfo.InvariantCulture)}";
        }

        return patch is null ? $"{match.Groups["fam"].Value}|{canonical}|"
            : Exists(patch, "yyyy.MM.dd") ? $"{match.Groups["fam"].Value}|{canonical}|{patch.Replace('.', '-')}"
            : null;
    }

    private static bool Exists(string text, string format) => DateOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex(
        @"\A(?<fam>AKS[A-Za-z]+(?:-[A-Za-z0-9]+)*?)-(?<ver>[0-9]{6}\.[0-9]{2}\.[0-9]+|[0-9]{4}\.[0-9]{2}\.[0-9]{2}|[0-9]{5}\.[0-9]+\.[0-9]{6})(?:-(?<patch>[0-9]{4}\.[0-9]{2}\.[0-9]{2}))?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Rule();
}
