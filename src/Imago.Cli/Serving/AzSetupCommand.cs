using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Imago.Cli.Help;
using Imago.Cli.Terminals;

namespace Imago.Cli.Serving;

/// <summary><c>imago az-setup</c>: makes an installed Azure CLI use a server of ours.</summary>
internal static class AzSetupCommand
{
    private const string DefaultServer = "https://127.0.0.1:8443";
    private const string SecretVariable = "IMAGO_CLIENT_SECRET";

    public static Command Create(Terminal terminal)
    {
        var server = new Option<string>("--server") { Description = "The server's address.", HelpName = "address", DefaultValueFactory = _ => DefaultServer };
        var authority = new Option<string?>("--ca", "--ca-file") { Description = "The certificate to trust: ca.crt in the server's data folder [default: that of the default data folder].", HelpName = "file" };
        var clientId = new Option<string?>("--client-id") { Description = "The service principal to sign in with; without, only the cloud is registered.", HelpName = "id" };
        var secret = new Option<string?>("--client-secret") { Description = $"Its secret [default: the environment variable {SecretVariable}].", HelpName = "secret" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only print the commands." };
        var command = new Command("az-setup", "Register a server with the installed Azure CLI as the cloud 'imago', and sign in.") { server, authority, clientId, secret, dryRun };
        command.SetInterruptibleAction((parsed, cancellation) =>
        {
            var plan = AzPlan.Of(
                parsed.GetRequiredValue(server),
                parsed.GetValue(authority),
                parsed.GetValue(clientId),
                parsed.GetValue(secret) ?? Environment.GetEnvironmentVariable(SecretVariable));
            return RunAsync(terminal, plan, parsed.GetValue(dryRun), cancellation);
        });
        return command.WithExamples(
            "# print what would be run",
            "imago az-setup --dry-run --client-id 11111111-2222-3333-4444-555555555555 --client-secret …",
            "# run it, with the secret in IMAGO_CLIENT_SECRET",
            "imago az-setup --client-id 11111111-2222-3333-4444-555555555555");
    }

    private static async Task<int> RunAsync(Terminal terminal, AzPlan plan, bool dryRun, CancellationToken cancellation)
    {
        await terminal.Out.WriteLineAsync($"export {AzPlan.TrustVariable}={plan.AuthorityFile}");
        foreach (var step in plan.Steps)
        {
            await terminal.Out.WriteLineAsync(step.Shown);
            if (!dryRun && await ExecuteAsync(plan, step, cancellation) is not 0 and var code && !step.MayFail)
            {
                throw new InputException($"'{step.Shown}' failed with exit code {code}; what it printed says why. Is the server running at {plan.Server}?");
            }
        }

        await terminal.Out.WriteLineAsync(dryRun
            ? "Nothing was run."
            : $"Done. Give az the certificate in every shell: export {AzPlan.TrustVariable}={plan.AuthorityFile}. Back to Azure: unset {AzPlan.TrustVariable}, az cloud set --name AzureCloud");
        return ExitCode.Ok;
    }

    private static async Task<int> ExecuteAsync(AzPlan plan, AzStep step, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("az");
        foreach (var argument in step.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[AzPlan.TrustVariable] = plan.AuthorityFile;
        start.RedirectStandardError = step.MayFail;
        start.RedirectStandardOutput = step.MayFail;
        try
        {
            using var process = Process.Start(start)!;
            if (step.MayFail)
            {
                // What it says about its failing is not wanted; the next step does the same in another way.
                await Task.WhenAll(process.StandardError.ReadToEndAsync(cancellation), process.StandardOutput.ReadToEndAsync(cancellation));
            }

            await process.WaitForExitAsync(cancellation);
            return process.ExitCode;
        }
        catch (Win32Exception missing)
        {
            throw new InputException("The Azure CLI is not there: 'az' is not on the PATH. Install it, or see with --dry-run what to run where it is.", missing);
        }
    }
}
