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
    private ActionRule? _actions;

    public EndRule End { get; } = new(truth);

    public ProgressRule Progress { get; } = new(truth);

    private ActionRule Actions => _actions ??= new ActionRule(truth, _budgets);

    /// <summary>The world as it is at this very moment.</summary>
    public ClusterView Fresh()
    {
        Look();
        return truth.View;
    }

    public void Stepped() => Look();

    public void Stored(RolloutRecord? before, RolloutRecord after)
    {
        _starts.Stored(before, after);
        Actions.Stored(before, after);
        Progress.Stored(before, after);
        End.Stored(after);
    }

    // The effects below are told after they happened; the truth is still that from before, as the checks need it.
    public void Updated(Node before, NodeUpdate update) => Actions.Updating(before, update);

    public void Left(PodOnNode before, bool deleted) => Actions.Leaves(before, deleted);

    public void Begun(ProviderRequest request) => Actions.Begun(request);

    public void Granted(ClusterLease? lease) => truth.HighestEpoch = Math.Max(truth.HighestEpoch, lease?.Epoch ?? 0);

    private void Look()
    {
        var before = truth.View;
        truth.Look();
        if (!ReferenceEquals(before, truth.View))
        {
            _budgets.Changed(before);
            _nodes.Changed(before, truth.View);
        }
    }
}
