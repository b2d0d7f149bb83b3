using Imago.Application.Storage;
using Imago.Cli.Terminals;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Hosting;
using Imago.Server.Setup;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Imago.Cli.Serving;

/// <summary>One run of the server, from its start to Ctrl-C or SIGTERM.</summary>
internal static class ServerRun
{
    public static Task<int> RunAsync(Terminal terminal, ServerOptions options, CancellationToken cancellation) => ServerCommand.ExplainAsync(async () =>
    {
        await using var app = await ImagoServer.BuildAsync(options, terminal.Clock, cancellation);
        await StartAsync(app, options, cancellation);
        await GreetAsync(terminal, app, options, cancellation);
        await UntilStoppedAsync(app, cancellation);
        await terminal.Out.WriteLineAsync("Stopped.");
        return ExitCode.Ok;
    });

    /// <summary>Starts to listen.</summary>
    /// <exception cref="InputException">The address is taken.</exception>
    public static async Task StartAsync(WebApplication app, ServerOptions options, CancellationToken cancellation)
    {
        if (options.Listen.Where(ListenProbe.IsTaken).ToList() is [_, ..] taken)
        {
            throw new InputException(Taken(taken));
        }

        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException problem) when (problem.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            // Somebody took it meanwhile.
            throw new InputException(Taken(options.Listen), problem);
        }
    }

    private static string Taken(IEnumerable<Uri> addresses) =>
        $"{string.Join(", ", addresses.Select(l => l.GetLeftPart(UriPartial.Authority)))} is in use by another process. Stop it, or choose another address with --listen, for example https://127.0.0.1:0.";

    /// <summary>Waits for Ctrl-C or SIGTERM and stops: no new requests, those under way and the passes in hand are finished, within bounds.</summary>
    public static async Task UntilStoppedAsync(WebApplication app, CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = cancellation.Register(() => stopped.TrySetResult());
        await using var byItself = app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        await stopped.Task;
        await app.StopAsync(CancellationToken.None);
    }

    private static async Task GreetAsync(Terminal terminal, WebApplication app, ServerOptions options, CancellationToken cancellation)
    {
        var address = app.Services.GetRequiredService<ServerAddress>();
        var folder = app.Services.GetRequiredService<DataFolder>();
        var lines = new StartText(address.Text, folder, options).Lines;
        foreach (var line in lines)
        {
            await terminal.Out.WriteLineAsync(line);
        }

        if (options.Issuer is null && !await FirstPrincipal.ExistsAsync(app.Services.GetRequiredService<IPrincipalStore>(), cancellation))
        {
            await terminal.Out.WriteLineAsync($"Nobody may sign in yet. Stop the server, make a first principal with 'imago server init{StartText.DataFlag(options)}', and start it again.");
        }
    }
}
