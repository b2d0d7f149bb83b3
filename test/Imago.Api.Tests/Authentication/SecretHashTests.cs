using Imago.Api.Authentication;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Authentication;

public sealed class SecretHashTests
{
    [Fact]
    public void Hash_OfASecret_IsSlowSaltedAndMatchesItOnly()
    {
        var (one, two) = (SecretHash.Of("secret"), SecretHash.Of("secret"));

        one.ShouldStartWith("pbkdf2-sha256$600000$");
        one.ShouldNotBe(two);
        SecretHash.Matches(one, "secret").ShouldBeTrue();
        SecretHash.Matches(one, "Secret").ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("pbkdf2-sha256$0$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256$2000000000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("md5$1$AAAA$AAAA")]
    public void Matches_TextThatIsNoHash_MatchesNothing(string stored) => SecretHash.Matches(stored, "secret").ShouldBeFalse();

    [Fact]
    public void NewSecret_EachTime_IsLongAndSafeOnACommandLine()
    {
        var secrets = Enumerable.Range(0, 200).Select(_ => SecretHash.NewSecret()).ToList();

        secrets.Distinct(StringComparer.Ordinal).Count().ShouldBe(200);
        secrets.ShouldAllBe(s => s.Length == 43 && s[0] != '-' && s.All(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_'));
    }
}
