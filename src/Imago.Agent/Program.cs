using System.CommandLine;

return await new RootCommand("Keeps the operating system of one machine at an ordered patch level.").Parse(args).InvokeAsync();
