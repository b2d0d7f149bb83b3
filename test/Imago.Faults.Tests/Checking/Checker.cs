using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;

namespace Imago.Faults.Tests.Checking;

/// <summary>All checks together: told of every effect as it happens, and asked after every step of the loop.</summary>
internal sealed class Checker(Truth truth)
{
    private readonly StartRule _starts = new(truth);
    private readonly NodeRule _nodes = new(truth);
    private readonly BudgetRule _budgets = new(truth);
    private readonly DownRule _down = new(truth);
    private ActionRule? _actions;

    public EndRule End { get; } = new(truth);

    public Coverage Coverage { get; } = new();

    public ProgressRule Progress { get; } = new(truth);

    private ActionRule Actions => _actions ??= new ActionRule(truth, _budgets);

    /// <summary>The world as it is at this very moment.</summary>
    public ClusterView Fresh()
    {
        Look();
        return truth.View;
    }

    public void Stepped() => Look();

    public void Stored(string process, RolloutRecord? before, RolloutRecord after)
    {
        OnlyWriter(process, after.Epoch, $"stored {after.Id}");
        _starts.Stored(before, after);
        Actions.Stored(before, after);
        Progress.Stored(before, after);
        End.Stored(after);
        _down.Stored(after);
        Coverage.Stored(after);
    }

    // The effects below are told after they happened; the truth is still that from before, as the checks need it.
    public void Updated(Node before, NodeUpdate update) => Actions.Updating(before, update);

    public void Left(PodOnNode before, bool deleted) => Actions.Leaves(before, deleted);

    public void Begun(string process, ProviderRequest request)
    {
        OnlyWriter(process, request.Epoch, $"began {request.OperationId}");
        Actions.Begun(request);
    }

    public void Granted(ClusterLease? lease)
    {
        if (lease is not null)
        {
            truth.HighestEpoch = Math.Max(truth.HighestEpoch, lease.Epoch);
            truth.Holders[lease.Epoch] = lease.Holder;
        }
    }

    private void OnlyWriter(string process, long epoch, string what)
    {
        if (!truth.Holders.TryGetValue(epoch, out var holder) || !string.Equals(holder, process, StringComparison.Ordinal))
        {
            truth.Violated(9, $"{process} {what} in epoch {epoch}, which was given to {holder ?? "nobody"}");
        }
    }

    private void Look()
    {
        var before = truth.View;
        truth.Look();
        if (!ReferenceEquals(before, truth.View))
        {
            _budgets.Changed(before);
            _nodes.Changed(before, truth.View);
            if (!ReferenceEquals(before.Nodes, truth.View.Nodes))
            {
                _down.Changed(truth.View);
            }
        }
    }
}
