using Imago.Cli.Terminals;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests;

public sealed class ImagoCommandTests(Files files) : IClassFixture<Files>
{
    [Fact]
    public async Task Bug_InACommand_IsOneLineAndAnExitCodeOfItsOwn()
    {
        await using var error = new StringWriter { NewLine = "\n" };
        var code = await ImagoCommand.RunAsync(["explain", "--cluster", files.Shop], Terminal.Plain(TextWriter.Null, error, new BrokenClock()));

        code.ShouldBe(ExitCode.Internal);
        code.ShouldBe(70);
        error.ToString().ShouldBe(
            "imago: This is a bug in Imago: InvalidOperationException in BrokenClock.GetUtcNow: The clock has stopped. Please report this line with the command line and, if you may, the input.\n");
    }

    [Fact]
    public async Task Cancellation_OfACommand_IsSilent()
    {
        await using var error = new StringWriter();
        var code = await ImagoCommand.RunAsync(["explain", "--cluster", files.Shop], Terminal.Plain(TextWriter.Null, error, new CanceledClock()));

        code.ShouldBe(ExitCode.Canceled);
        code.ShouldBe(130);
        error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Output_ThatCannotBeWritten_IsSaid()
    {
        await using var error = new StringWriter { NewLine = "\n" };
        var code = await ImagoCommand.RunAsync(["images"], Terminal.Plain(new FullDisk(), error, TimeProvider.System));

        code.ShouldBe(ExitCode.Failed);
        error.ToString().ShouldBe("imago: No space left on device\n");
    }

    [Fact]
    public async Task Output_ThatNobodyReadsAnyMore_IsNoTrouble()
    {
        using var process = ProcessRun.Start("demo");
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.Close();

        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(ExitCode.Ok);
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("The clock has stopped.");
    }

    private sealed class CanceledClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new OperationCanceledException();
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
