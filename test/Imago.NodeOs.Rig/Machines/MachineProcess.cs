using System.Diagnostics;
using System.Text;
using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Machines;

/// <summary>A program that runs inside a machine until it ends, is killed, or the machine goes down.</summary>
public sealed class MachineProcess : IDisposable
{
    private readonly StringBuilder _said = new();
    private readonly Process _process;

    internal MachineProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException($"'{start.FileName}' did not start.");
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything it said so far, standard output and error as they came.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The process itself as the host numbers it; null while it is being started, and after its end.</summary>
    public async Task<int?> HostIdAsync()
    {
        try
        {
            return (await ProcessTree.ChildrenAsync(_process.Id)).Cast<int?>().FirstOrDefault();
        }
        catch (Exception problem) when (problem is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(TimeSpan atMost)
    {
        await _process.WaitForExitAsync().WaitAsync(atMost);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal to the program itself, for example <c>TERM</c> or <c>KILL</c>; what it began goes on.</summary>
    public async Task SignalAsync(string signal)
    {
        if (await HostIdAsync() is { } id)
        {
            await HostProgram.RunAsync(["/bin/sh", "-c", $"kill -{signal} {id}"]);
        }
    }

    /// <summary>Kills the program and then everything that it began, as a service manager does that finds a service dead.</summary>
    public async Task KillWithAllAsync()
    {
        if (await HostIdAsync() is { } id)
        {
            var began = await ProcessTree.DescendantsAsync(id);
            await HostProgram.RunAsync(["/bin/sh", "-c", $"kill -KILL {id}; kill -KILL {string.Join(' ', began)}"]);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (_said)
            {
                _said.Append(line).Append('\n');
            }
        }
    }
}
