using Imago.Agent.Commands;

return await AgentProgram.RunAsync(args, AgentConsole.OfProcess());
