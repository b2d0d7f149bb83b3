using System.CommandLine;
using Imago.Agent.Commands;

// An installation under way ends by itself when the service is stopped; that takes longer than the two seconds that are the default, and less than TimeoutStopSec of the unit.
return await AgentCommands.CreateRoot(AgentConsole.OfProcess()).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(29) });
