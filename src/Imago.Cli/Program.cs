using Imago.Cli;
using Imago.Cli.Terminals;

return await ImagoCommand.RunAsync(args, Terminal.OfProcess());
