using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;

namespace Imago.Faults.Tests.Checking;

/// <summary>All checks together: told of every effect as it happens, and asked after every step of the loop.</summary>
internal sealed class Checker
{
    private readonly Truth _truth;
    private readonly StartRule _starts;
    private readonly NodeRule _nodes;
    private readonly BudgetRule _budgets;
    private readonly DownRule _down;
    private readonly ActionRule _actions;

    public Checker(Truth truth)
    {
        _truth = truth;
        _starts = new StartRule(truth);
        _nodes = new NodeRule(truth);
        _budgets = new BudgetRule(truth);
        _down = new DownRule(truth);
        _actions = new ActionRule(truth, _budgets);
        Machines = new MachineRule(truth, Coverage);
        End = new EndRule(truth, Coverage);
        Progress = new ProgressRule(truth);
    }

    public MachineRule Machines { get; }

    public EndRule End { get; }

    public Coverage Coverage { get; } = new();

    public ProgressRule Progress { get; }

    /// <summary>The world as it is at this very moment.</summary>
    public ClusterView Fresh()
    {
        Look();
        return _truth.View;
    }

    public void Stepped() => Look();

    public void Stored(string process, RolloutRecord? before, RolloutRecord after)
    {
        OnlyWriter(process, after.Epoch, $"stored {after.Id}");
        _starts.Stored(before, after);
        _actions.Stored(before, after);
        Progress.Stored(before, after);
        End.Stored(after);
        _down.Stored(after);
        Machines.Stored(before, after);
        Coverage.Stored(after);
    }

    // The effects below are told after they happened; the truth is still that from before, as the checks need it.
    public void Updated(Node before, NodeUpdate update)
    {
        _actions.Updating(before, update);
        Machines.Updating(before, update);
    }

    public void Left(PodOnNode before, bool deleted) => _actions.Leaves(before, deleted);

    public void Begun(string process, ProviderRequest request)
    {
        OnlyWriter(process, request.Epoch, $"began {request.OperationId}");
        _actions.Begun(request);
    }

    public void Granted(ClusterLease? lease)
    {
        if (lease is not null)
        {
            _truth.HighestEpoch = Math.Max(_truth.HighestEpoch, lease.Epoch);
            _truth.Holders[lease.Epoch] = lease.Holder;
        }
    }

    private void OnlyWriter(string process, long epoch, string what)
    {
        if (!_truth.Holders.TryGetValue(epoch, out var holder) || !string.Equals(holder, process, StringComparison.Ordinal))
        {
            _truth.Violated(9, $"{process} {what} in epoch {epoch}, which was given to {holder ?? "nobody"}");
        }
    }

    private void Look()
    {
        var before = _truth.View;
        _truth.Look();
        if (!ReferenceEquals(before, _truth.View))
        {
            _budgets.Changed(before);
            _nodes.Changed(before, _truth.View);
            if (!ReferenceEquals(before.Nodes, _truth.View.Nodes))
            {
                _down.Changed(_truth.View);
            }
        }
    }
}
