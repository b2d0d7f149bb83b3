using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Imago.Persistence.Tests.Kit.PostgresServer))]

namespace Imago.Persistence.Tests.Kit;

/// <summary>
/// A real PostgreSQL server on loopback, flushing as in production, started by the first test that wants it and removed at the end of the run. A shell between holds
/// the other end of a pipe and ends the server when the pipe closes: also when this process is killed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Missing =
        "PostgreSQL is missing: neither 'initdb' on the PATH nor /usr/lib/postgresql/*/bin/initdb. Install it (apt-get install postgresql) and try again; ./test.sh does so.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim starting = new(1);
    private TemporaryFolder? folder;
    private Process? shell;
    private int port;

    public string ConnectionString => $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Database=postgres;Username=imago;Timeout=30";

    private string Data => folder!.File("data");

    /// <summary>Starts it unless it runs.</summary>
    public async ValueTask StartAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (folder is null)
            {
                folder = new TemporaryFolder();
                if (Environment.IsPrivilegedProcess)
                {
                    await RunAsync("chown", User(), folder.Path);
                }

                await RunAsync([.. As(), Binary("initdb"), "-D", Data, "-A", "trust", "-U", "imago", "-E", "UTF8", "--locale=C.UTF-8"]);
                port = FreePort();
            }

            if (shell is null)
            {
                await StartServerAsync();
            }
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>Kills the server as a crash would: SIGKILL to its first process, whose children end with it.</summary>
    public async ValueTask KillAsync()
    {
        var pid = (await File.ReadAllLinesAsync(Path.Join(Data, "postmaster.pid")))[0];
        await RunAsync("kill", "-KILL", pid);
        await EndShellAsync();

        // Its children notice on their own; until then they hold the shared memory, and a new server refuses to start.
        var since = Stopwatch.StartNew();
        while (Directory.GetDirectories("/proc").Any(WorksInData))
        {
            if (since.Elapsed > Patience)
            {
                throw new InvalidOperationException($"Processes of the killed PostgreSQL server still work in {Data} after {Patience.TotalSeconds} s.");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Dumps one test's schema as the documentation says and restores it into a new database; answers the connection string of that.</summary>
    public async ValueTask<string> CopyAsync(string schema)
    {
        string[] to = ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-U", "imago"];
        var dump = folder!.File($"{schema}.dump");
        await RunAsync([.. As(), Binary("pg_dump"), .. to, "--format=custom", $"--schema={schema}", $"--file={dump}", "postgres"]);
        await RunAsync([.. As(), Binary("createdb"), .. to, schema]);
        await RunAsync([.. As(), Binary("pg_restore"), .. to, $"--dbname={schema}", dump]);
        return $"{ConnectionString};Search Path={schema}".Replace("Database=postgres", $"Database={schema}", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await EndShellAsync();
        folder?.Dispose();
        starting.Dispose();
    }

    private async ValueTask StartServerAsync()
    {
        var log = folder!.File("postgres.log");
        var command = string.Join(' ', [.. As(), Binary("postgres"), "-D", Data, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-k", "''", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "max_connections=200"]);

        var script = $"{command} >>{log} 2>&1 </dev/null & pid=$!; read -r _; kill -INT $pid 2>/dev/null; wait $pid";
        shell = Start(["bash", "-c", script]);
        var since = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (since.Elapsed > Patience)
            {
                throw new InvalidOperationException($"PostgreSQL did not answer within {Patience.TotalSeconds} s. Its log: {await File.ReadAllTextAsync(log)}");
            }

            await Task.Delay(50);
        }
    }

    private async ValueTask<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask EndShellAsync()
    {
        if (shell is not null)
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync();
            shell.Dispose();
            shell = null;
        }
    }

    private bool WorksInData(string process)
    {
        try
        {
            return string.Equals(new FileInfo(Path.Join(process, "cwd")).LinkTarget, Data, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Binary(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).AsEnumerable();
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            folders = folders.Concat(Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Join(d, "bin")));
        }

        return folders.Select(f => Path.Join(f, name)).FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(Missing);
    }

    // PostgreSQL refuses to run as root.
    private static string[] As() => Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={User()}", "--clear-groups", "--"] : [];

    private static string User() =>
        File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Process Start(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
    })!;

    private static async ValueTask RunAsync(params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}: {await output}{await errors}");
        }
    }
}
