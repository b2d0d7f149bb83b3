using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Imago.Bench.Quick;

// --quick: a table within seconds. Anything else is BenchmarkDotNet's, for example --filter '*Decision*'.
if (args is ["--quick"])
{
    QuickRun.Print(Console.Out);
    return;
}

// In process: building a project per benchmark would restore packages again, and our lock files forbid what it adds.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args, config);
