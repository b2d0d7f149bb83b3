using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Imago.Kubernetes.Configuration;

/// <summary>Runs an exec plugin: no shell, no terminal, no longer than allowed.</summary>
internal static class ExecProgram
{
    private const int LongestAnswer = 1 << 20;
    private const int ShownErrors = 600;

    /// <summary>What the program wrote to its standard output.</summary>
    /// <exception cref="CredentialException">It is not there, failed, or took too long.</exception>
    public static async Task<byte[]> RunAsync(ExecPlugin plugin, string info, string subject, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using var process = Start(plugin, info, subject);
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, either.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, either.Token);
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? await output
                : throw new CredentialException($"{subject}: {plugin.Command} failed with exit code {process.ExitCode}: {Shown(await errors)}{HintOf(plugin)}");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CredentialException($"{subject}: {plugin.Command} did not end within {limit.TotalSeconds:0} s. Run it by hand to see what it waits for.", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new CredentialException($"{subject}: the answer of {plugin.Command} cannot be read: {e.Message}", e);
        }
        finally
        {
            Stop(process);
        }
    }

    private static Process Start(ExecPlugin plugin, string info, string subject)
    {
        var start = new ProcessStartInfo(Find(plugin, subject)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        foreach (var argument in plugin.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = info;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CredentialException($"{subject}: {plugin.Command} cannot be run: {e.Message}.{HintOf(plugin)}", e);
        }
    }

    // Only where PATH says. The runtime would look into the current folder first, where anybody may have put a program of that name.
    private static string Find(ExecPlugin plugin, string subject)
    {
        if (OperatingSystem.IsWindows() || plugin.Command.Contains('/', StringComparison.Ordinal))
        {
            return plugin.Command;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, plugin.Command))
            .FirstOrDefault(File.Exists) ?? throw new CredentialException($"{subject}: {plugin.Command} cannot be run: no folder in PATH has it.{HintOf(plugin)}");
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            whole.Write(buffer, 0, count);
            if (whole.Length > LongestAnswer)
            {
                throw new InvalidDataException($"it is longer than {LongestAnswer >> 20} MiB");
            }
        }

        return whole.ToArray();
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }

    private static string Shown(byte[] errors)
    {
        var text = Encoding.UTF8.GetString(errors).Trim();
        return text.Length switch { 0 => "it says nothing.", > ShownErrors => text[..ShownErrors] + "…", _ => text };
    }

    private static string HintOf(ExecPlugin plugin) => plugin.InstallHint is { } hint ? $" {hint.Trim()}" : "";
}
