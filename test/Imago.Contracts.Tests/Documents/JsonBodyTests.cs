using System.Text;
using Imago.Contracts.Documents;
using Imago.Contracts.Errors;
using Shouldly;
using Xunit;

namespace Imago.Contracts.Tests.Documents;

public sealed class JsonBodyTests
{
    [Fact]
    public void Parse_AnObject_IsItWithOrWithoutByteOrderMark()
    {
        JsonBody.Parse("""{"a":1}"""u8.ToArray()).Body!.ToJsonString().ShouldBe("""{"a":1}""");
        JsonBody.Parse((byte[])[0xEF, 0xBB, 0xBF, .. """{"a":1}"""u8]).Body!.ToJsonString().ShouldBe("""{"a":1}""");
    }

    [Theory]
    [InlineData("", "at line 1")]
    [InlineData("{", "at line 1")]
    [InlineData("[]", "it is not an object")]
    [InlineData("null", "it is not an object")]
    [InlineData("""{"a":1,"a":2}""", "Duplicate")]
    [InlineData("""{"a":"\ud800"}""", "half a character")]
    [InlineData("""{"\udc00":1}""", "half a character")]
    [InlineData("{\"a\":1}\n}", "at line 2")]
    public void Parse_WhatIsNoObject_SaysWhatIsWrong(string text, string why)
    {
        var (body, error) = JsonBody.Parse(Encoding.UTF8.GetBytes(text));

        body.ShouldBeNull();
        error!.Code.ShouldBe(ErrorCodes.InvalidRequestContent);
        error.Message.ShouldContain(why);
    }

    [Fact]
    public void Parse_WhatIsNotText_IsRefused() => JsonBody.Parse(new byte[] { 0x7B, 0xFF, 0x7D }).Error!.Message.ShouldContain("UTF-8");

    [Theory]
    [InlineData(30, true)]
    [InlineData(40, false)]
    [InlineData(100_000, false)]
    public void Parse_DeepNesting_IsRefused(int depth, bool isFine)
    {
        var text = string.Concat(Enumerable.Repeat("""{"a":""", depth)) + "1" + new string('}', depth);

        (JsonBody.Parse(Encoding.UTF8.GetBytes(text)).Error is null).ShouldBe(isFine);
    }
}
