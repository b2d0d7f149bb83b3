using Imago.Cli.Terminals;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Terminals;

public sealed class TextTableTests
{
    [Fact]
    public void Write_WithRoom_AlignsNumbersRight() => Written(80).ShouldBe(
        """
          name       nodes  os      remarks
          apps          15  Ubuntu  something to say that takes some room
          system         3  Ubuntu

        """);

    [Fact]
    public void Write_WithLittleRoom_BreaksTheLastColumn() => Written(56).ShouldBe(
        """
          name       nodes  os      remarks
          apps          15  Ubuntu  something to say that takes
                                    some room
          system         3  Ubuntu

        """);

    [Fact]
    public void Write_TooNarrowForAllColumns_LeavesOptionalOnesOut() => Written(45).ShouldBe(
        """
          name       nodes  remarks
          apps          15  something to say that
                            takes some room
          system         3

        """);

    [Fact]
    public void Write_TooNarrowForTheText_PutsItBelow() => Written(36).ShouldBe(
        """
          name       nodes
              remarks
          apps          15
              something to say that takes
              some room
          system         3

        """);

    private static string Written(int width)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var table = new TextTable(new("name     "), new("nodes", IsNumber: true), new("os", IsOptional: true), new("remarks"));
        table.Add("apps", "15", "Ubuntu", "something to say that takes some room");
        table.Add("system", "3", "Ubuntu", "");
        table.Write(Terminal.Plain(output, TextWriter.Null, TimeProvider.System, width));
        return output.ToString();
    }
}
