using Imago.Application.Storage;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Hosting;
using Imago.Server.Setup;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Spectre.Console;

namespace Imago.Cli.Serving;

/// <summary><c>imago server --demo</c>: the real server, a client of it that makes a cluster and lets it be upgraded, and the rollout on the terminal.</summary>
internal static class DemoServer
{
    private const string DefaultListen = "https://127.0.0.1:8443";
    private const string FreeListen = "https://127.0.0.1:0";
    private const string KubeconfigName = "demo.kubeconfig";

    public static Task<int> RunAsync(
        Terminal terminal, Func<IEnumerable<(string Key, string? Value)>, ServerOptions> read, string? data, string? listen, CancellationToken cancellation) => ServerCommand.ExplainAsync(async () =>
    {
        var temporary = data is null ? Directory.CreateTempSubdirectory("imago-demo-").FullName : null;
        try
        {
            var options = read([("data", data ?? temporary), ("log.level", "Warning"), ("features.registration", "5s")]);

            // Who did not ask for an address gets a demo even while a server runs at the usual one.
            if (listen is null && options.Listen[0].GetLeftPart(UriPartial.Authority) == DefaultListen && ListenProbe.IsTaken(options.Listen[0]))
            {
                options = options with { Listen = [new Uri(FreeListen)] };
            }

            await using var app = await ImagoServer.BuildAsync(options, terminal.Clock, cancellation);
            var login = await FirstPrincipal.MakeAsync(
                app.Services.GetRequiredService<IStore>(), app.Services.GetRequiredService<IPrincipalStore>(), Instant.FromDateTimeOffset(terminal.Clock.GetUtcNow()), cancellation);
            await ServerRun.StartAsync(app, options, cancellation);
            await ShowAsync(terminal, app, options, login, cancellation);
            await ServerRun.UntilStoppedAsync(app, cancellation);
            return ExitCode.Ok;
        }
        finally
        {
            if (temporary is not null)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    });

    private static async Task ShowAsync(Terminal terminal, WebApplication app, ServerOptions options, FirstPrincipal login, CancellationToken cancellation)
    {
        var (address, folder) = (app.Services.GetRequiredService<ServerAddress>().Text, app.Services.GetRequiredService<DataFolder>());
        foreach (var line in new StartText(address, folder, options).Places)
        {
            await terminal.Out.WriteLineAsync(line);
        }

        try
        {
            using var client = await DemoClient.SignInAsync(new Uri(address), folder.AuthorityFile, login, cancellation);
            var story = new ServerDemoStory(client, terminal.Clock);
            await terminal.Out.WriteLineAsync();
            await story.PrepareAsync(line => terminal.WriteProse(line), cancellation);
            var kubeconfig = Path.Join(folder.Path, KubeconfigName);
            await PrivateFile.WriteAsync(kubeconfig, await story.KubeconfigAsync(cancellation), cancellation);
            foreach (var line in Hints(address, folder, login, kubeconfig))
            {
                await terminal.Out.WriteLineAsync(line);
            }

            if (terminal.IsInteractive)
            {
                await terminal.Console.Live(new Markup("")).AutoClear(false).StartAsync(async display =>
                {
                    var picture = new ServerDemoPicture(terminal);
                    await story.WatchAsync(state => display.UpdateTarget(picture.Draw(state)), cancellation);
                });
            }
            else
            {
                var lines = new ServerDemoLines(terminal);
                await story.WatchAsync(lines.Tell, cancellation);
            }

            await terminal.Out.WriteLineAsync();
            terminal.WriteProse("The rollout is over. The server stays up; Ctrl-C ends it.");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C before the end of the story: the server is stopped like at any other time.
        }
        catch (Exception failed) when (failed is HttpRequestException or InvalidDataException)
        {
            terminal.WriteProse($"The demo cannot go on: {failed.Message} The server stays up; Ctrl-C ends it.");
        }
    }

    private static IEnumerable<string> Hints(string address, DataFolder folder, FirstPrincipal login, string kubeconfig)
    {
        yield return "";
        yield return "Meanwhile, in another terminal, with az:";
        yield return $"  export IMAGO_CLIENT_SECRET={login.Secret}";
        yield return $"  imago az-setup --server {address} --ca {folder.AuthorityFile} --client-id {login.AppId}";
        yield return $"  export REQUESTS_CA_BUNDLE={folder.AuthorityFile}";
        yield return $"  az aks show --resource-group {ServerDemoStory.Group} --name {ServerDemoStory.Cluster} --query autoUpgradeProfile";
        yield return $"  az aks nodepool list --resource-group {ServerDemoStory.Group} --cluster-name {ServerDemoStory.Cluster} --output table";
        yield return "or without az:";
        yield return $"  export IMAGO_CLIENT_SECRET={login.Secret}";
        yield return $"  imago login --server {address} --ca-file {folder.AuthorityFile} --client-id {login.AppId}";
        yield return $"  imago explain {ServerDemoStory.Cluster} --group {ServerDemoStory.Group}";

        // Last, and so above the picture where a terminal has few rows.
        yield return "and with kubectl:";
        yield return $"  export KUBECONFIG={kubeconfig}";
        yield return "  kubectl get nodes -w -L kubernetes.azure.com/node-image-version";
        yield return "  kubectl get events";
        yield return "";
    }
}
