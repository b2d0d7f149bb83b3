using System.Diagnostics;
using System.Net;
using Imago.Acceptance.Tests.Kubectl;
using Imago.Acceptance.Tests.Serving;

[assembly: AssemblyFixture(typeof(KubectlFixture))]

namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>One server with one simulated cluster of three nodes, and kubeconfigs for it as clients are given them; made when the first test asks.</summary>
public sealed class KubectlFixture : IAsyncDisposable
{
    private const string Group = "rg-kubectl";

    private readonly SemaphoreSlim _one = new(1, 1);
    private ImagoServer? _server;
    private string? _folder;
    private string? _program;

    /// <summary>Runs kubectl as somebody who may do everything.</summary>
    internal Task<ProgramRun> AdminAsync(string arguments, string? input = null) => RunAsync("admin", arguments, input);

    /// <summary>Runs kubectl as somebody who may look.</summary>
    internal Task<ProgramRun> UserAsync(string arguments) => RunAsync("user", arguments, null);

    /// <summary>A kubectl that goes on until the test ends it.</summary>
    internal async Task<Process> BeginAsync(string arguments)
    {
        await ReadyAsync();
        var start = Start("admin", arguments);
        start.RedirectStandardOutput = true;
        return Process.Start(start) ?? throw new InvalidOperationException("kubectl did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        _one.Dispose();
    }

    private async Task<ProgramRun> RunAsync(string role, string arguments, string? input)
    {
        await ReadyAsync();
        var start = Start(role, arguments);
        if (input is not null)
        {
            // A file, because programs run without a standard input here.
            var file = Path.Combine(_folder!, "input.yaml");
            await File.WriteAllTextAsync(file, input);
            start.ArgumentList.Add("-f");
            start.ArgumentList.Add(file);
        }

        return await ProgramRun.Of(start);
    }

    private ProcessStartInfo Start(string role, string arguments)
    {
        var start = new ProcessStartInfo(_program!, CommandLine.Words(arguments)) { UseShellExecute = false };
        start.Environment["KUBECONFIG"] = Path.Combine(_folder!, role);

        // What kubectl keeps about servers is this run's own.
        start.Environment["HOME"] = _folder;
        return start;
    }

    private async Task ReadyAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_folder is not null)
            {
                return;
            }

            _program = await KubectlProgram.FindAsync();
            _server = await ImagoServer.StartAsync(new ServerSettings { TimeScale = 60 });
            var arm = _server.Client;
            (await arm.PutAsync(arm.Group(Group), new { location = "eastus" })).Must(HttpStatusCode.Created, HttpStatusCode.OK);
            var cluster = arm.Cluster(Group, "shop");
            await arm.EndAsync(await arm.PutAsync(cluster, new
            {
                location = "eastus",
                properties = new
                {
                    dnsPrefix = "shop",
                    agentPoolProfiles = new[] { new { name = "apps", count = 3, vmSize = "Standard_D4s_v5", mode = "System", osType = "Linux" } },
                },
            }));
            var folder = Directory.CreateTempSubdirectory("imago-kubectl-").FullName;
            foreach (var (role, action) in new[] { ("admin", "listClusterAdminCredential"), ("user", "listClusterUserCredential") })
            {
                var answer = (await arm.PostAsync($"{cluster}/{action}")).Must(HttpStatusCode.OK).Json;
                await File.WriteAllBytesAsync(Path.Combine(folder, role), Convert.FromBase64String(answer.GetProperty("kubeconfigs")[0].GetProperty("value").GetString()!));
            }

            _folder = folder;
        }
        finally
        {
            _one.Release();
        }
    }
}
