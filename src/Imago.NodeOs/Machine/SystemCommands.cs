using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Imago.NodeOs.Machine;

/// <summary>Runs programs on this machine, or through a program that enters another one, such as <c>nsenter</c> or <c>chroot</c>.</summary>
/// <param name="time">Clock of the time-outs.</param>
/// <param name="entering">Program and arguments put before each command, for example <c>nsenter --target 1 --mount --</c>; empty: none.</param>
public sealed class SystemCommands(TimeProvider time, params IReadOnlyList<string> entering) : ICommands
{
    // Maintainer scripts call ldconfig and start-stop-daemon: dpkg refuses to work when these are not in the path.
    private const string Path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <inheritdoc />
    public async ValueTask<CommandResult> RunAsync(Command command, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(command.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(command.EndsByItself ? default : cancellation, timeout.Token);

        // What has not begun is not begun any more, whatever it is.
        cancellation.ThrowIfCancellationRequested();
        if (Begin(command) is not { } process)
        {
            return new CommandResult(CommandResult.NotFound, "", $"{command.Program}: not found");
        }

        using (process)
        {
            // Nothing ever answers a question: who asks reads the end of its input.
            process.StandardInput.Close();
            var output = new Heard(process.StandardOutput);
            var error = new Heard(process.StandardError);
            try
            {
                // The end of the program counts, not the end of its pipes: a service that a maintainer script started may keep them open.
                await process.WaitForExitAsync(both.Token);
            }
            catch (OperationCanceledException)
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                    await process.WaitForExitAsync(CancellationToken.None);
                    if (!command.EndsByItself)
                    {
                        cancellation.ThrowIfCancellationRequested();
                    }

                    throw new NodeOsException(NodeOsReason.TimedOut,
                        $"'{command}' was ended after {command.Timeout.TotalSeconds:0} seconds, with everything that it started. It is tried again; what it left half done is repaired first.");
                }
            }

            return new CommandResult(process.ExitCode, await output.RestAsync(time), await error.RestAsync(time));
        }
    }

    private Process? Begin(Command command)
    {
        var words = (string[])[.. entering, command.Program, .. command.Arguments];
        var start = new ProcessStartInfo(words[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in words.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // What is read from outputs is read in one language.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("LANGUAGE");
        start.Environment["PATH"] = Path;
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>What came out of a pipe so far.</summary>
    private sealed class Heard
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        private readonly StringBuilder _text = new();
        private readonly Task _reading;

        public Heard(StreamReader pipe) => _reading = ReadAsync(pipe);

        public async Task<string> RestAsync(TimeProvider time)
        {
            await _reading.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_text)
            {
                return _text.ToString();
            }
        }

        private async Task ReadAsync(StreamReader pipe)
        {
            var buffer = new char[4096];
            try
            {
                while (await pipe.ReadAsync(buffer) is > 0 and var count)
                {
                    lock (_text)
                    {
                        _text.Append(buffer, 0, count);
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The program was ended: what was heard until then is all there is.
            }
        }
    }
}
