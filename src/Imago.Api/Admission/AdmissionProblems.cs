using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Domain.Maintenance;

namespace Imago.Api.Admission;

/// <summary>Everything that is wrong with a request, in the order it was found.</summary>
internal sealed class AdmissionProblems
{
    private readonly List<ArmError> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(string path, string message, string code = ErrorCodes.InvalidParameter) => _found.Add(new ArmError(code, message, path.Length == 0 ? null : path));

    public void Add(string path, IEnumerable<SchemaProblem> problems)
    {
        foreach (var problem in problems)
        {
            Add(Paths.Join(path, problem.Path).TrimEnd('.'), problem.Message, problem.Code);
        }
    }

    /// <summary>Adds what a rule of the domain found, unless something is known to be wrong with the same value: a value that could not be read counts as absent, and that it is missing would be said a second time.</summary>
    public void AddUnlessKnown(string path, IEnumerable<Problem> problems)
    {
        var before = _found.ConvertAll(f => f.Target ?? "");
        foreach (var problem in problems)
        {
            var at = Paths.Join(path, problem.Path);
            if (!before.Exists(b => Paths.Covers(b, at)))
            {
                Add(at, problem.Message);
            }
        }
    }

    public bool Knows(string path) => _found.Exists(f => Paths.Covers(f.Target ?? "", path) || Paths.Covers(path, f.Target ?? ""));

    public ArmRefusal Refusal() => ArmRefusal.BadRequest([.. _found]);
}
