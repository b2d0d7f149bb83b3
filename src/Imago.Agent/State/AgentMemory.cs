using Imago.Agent.Deciding;
using Imago.NodeOs.Machine;

namespace Imago.Agent.State;

/// <summary>The agent's state, in memory and on the machine's disk. It is written whole or not at all, and is on the disk before what it announces is done.</summary>
internal sealed class AgentMemory(MachineRoot root, string folder, string machineId)
{
    private readonly string _file = $"{folder.TrimEnd('/')}/state.json";
    private string? _written;
    private bool _isAhead;

    /// <summary>The state.</summary>
    public AgentState Current { get; private set; } = new() { MachineId = machineId };

    /// <summary>CH-37: whether there was no state of this machine: it is new, or was reset.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>Why the state could not be read; null: it could, or there is none.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether the state on the disk is the one in memory.</summary>
    public bool IsKept => !_isAhead;

    /// <summary>Where it lies, as the machine has it.</summary>
    public string Path => _file;

    /// <summary>Reads the state again if somebody else, such as a command typed at the machine, has changed it. What could not be written stays in memory.</summary>
    public void Refresh()
    {
        if (_isAhead || root.Read(_file) is not { } text || text == _written)
        {
            return;
        }

        var read = StateText.Read(text, out var problem);
        Trouble = problem is null ? null : $"{root.At(_file)} cannot be read ({problem}); the agent begins anew.";
        if (read is null || read.MachineId != machineId)
        {
            // A state of another machine came with a copied disk: nothing that it says is true here.
            return;
        }

        (Current, IsNew, _written) = (read, false, text);
    }

    /// <summary>Remembers a state, on the disk if that is possible: for what has been done already.</summary>
    /// <returns>Why it could not be written; null: it was.</returns>
    public string? Keep(AgentState state)
    {
        (Current, IsNew) = (state with { MachineId = machineId }, false);
        var text = StateText.Write(Current);
        if (text == _written && !_isAhead)
        {
            return null;
        }

        try
        {
            root.Write(_file, text);
            (_written, _isAhead) = (text, false);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _isAhead = true;
            return $"{root.At(_file)} cannot be written: {failure.Message}";
        }
    }
}
