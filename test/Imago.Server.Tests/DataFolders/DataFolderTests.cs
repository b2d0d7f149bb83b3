using Imago.Server.DataFolders;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.DataFolders;

public sealed class DataFolderTests
{
    [Fact]
    public void Open_NewFolder_IsReadByItsOwnerOnly()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.In("data"));

        File.GetUnixFileMode(folder.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        folder.DataKeyOf().Length.ShouldBe(32);
        File.GetUnixFileMode(folder.DataKeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Open_FolderOfARunningServer_IsRefusedUntilThatEnds()
    {
        using var temporary = new TemporaryFolder();
        using (DataFolder.Open(temporary.Path))
        {
            Should.Throw<IOException>(() => DataFolder.Open(temporary.Path)).Message.ShouldContain("in use by another Imago server");
        }

        using var again = DataFolder.Open(temporary.Path);
        again.Path.ShouldBe(temporary.Path);
    }

    [Fact]
    public void DataKey_AskedForAgain_IsTheSame()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);

        folder.DataKeyOf().ShouldBe(folder.DataKeyOf());
    }

    [Fact]
    public void DataKey_FileOfAnotherLength_IsRefusedAndNamed()
    {
        using var temporary = new TemporaryFolder();
        using var folder = DataFolder.Open(temporary.Path);
        File.WriteAllBytes(folder.DataKeyFile, [1, 2, 3]);

        Should.Throw<InvalidDataException>(() => folder.DataKeyOf()).Message.ShouldContain("has 3 bytes; a key has 32");
    }

    [Theory]
    [InlineData("/data", "/home/me", "/data/imago")]
    [InlineData("relative", "/home/me", "/home/me/.local/share/imago")]
    [InlineData(null, "/home/me", "/home/me/.local/share/imago")]
    public void DefaultPath_OfTheEnvironment_FollowsXdg(string? data, string home, string expected) =>
        DataFolderPath.Default(name => name switch { "XDG_DATA_HOME" => data, "HOME" => home, _ => null }).ShouldBe(expected);
}
