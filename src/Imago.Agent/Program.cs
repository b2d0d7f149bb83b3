using System.CommandLine;
using Imago.Agent.Commands;

// An installation under way is ended in order when the service is stopped; that takes longer than the two seconds that are the default.
return await AgentCommands.CreateRoot(AgentConsole.OfProcess()).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
