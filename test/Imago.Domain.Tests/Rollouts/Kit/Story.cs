using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;
using NodaTime.Text;
using Shouldly;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>What happened in a played rollout, one line each; compared with a file beside the tests. <c>IMAGO_UPDATE_GOLDENS=1</c> rewrites the files.</summary>
internal sealed class Story
{
    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("MM-dd HH:mm:ss");
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Lines => _lines;

    public static string Short(string image) => image.StartsWith(Some.FamilyName + "-", StringComparison.Ordinal) ? image[(Some.FamilyName.Length + 1)..] : image;

    public void Say(Instant at, string line) => _lines.Add($"{Pattern.Format(at)}  {line}");

    public void Held(Instant at, string pool, ImmutableArray<Reason> holds)
    {
        var text = string.Join(", ", holds.Select(h => h.Code.ToString()));
        if (!string.Equals(_held.GetValueOrDefault(pool, ""), text, StringComparison.Ordinal))
        {
            _held[pool] = text;
            Say(at, text.Length == 0 ? $"{pool}: no longer held" : $"{pool}: held by {text}");
        }
    }

    public void Update(Instant at, string node, NodeUpdate update)
    {
        var parts = new List<string>();
        Add(update.Unschedulable, "cordon", "uncordon");
        Add(update.Mark is not null ? true : null, "mark", "");
        Add(update.RemoveMark ? true : null, "unmark", "");
        Add(update.ScaleDownDisabled, "autoscaler off", "autoscaler on");
        Add(update.SteeredAway, "taint", "untaint");
        Add(update.Quarantined, "quarantine", "unquarantine");
        Add(update.DesiredLevel is not null ? true : null, $"order {update.DesiredLevel}", "");
        Add(update.Order is not null ? true : null, $"give order {update.Order?.Mode}", "");
        Add(update.Updater is not null ? true : null, $"updater {update.Updater}", "");
        Add(update.RemoveNotPatchedTaint ? true : null, "let work come", "");
        Say(at, $"node {node}: {string.Join(", ", parts)}");

        void Add(bool? value, string yes, string no)
        {
            if (value is { } set)
            {
                parts.Add(set ? yes : no);
            }
        }
    }

    public void Changed(Instant at, RolloutRecord? before, RolloutRecord after)
    {
        if (before is null || !string.Equals(before.Id, after.Id, StringComparison.Ordinal))
        {
            Say(at, $"rollout {after.Pool} → {Short(after.Target.Name)} begins: surge {after.Surge}, max unavailable {after.MaxUnavailable}, attempt {after.Attempt}{(after.Forced ? ", forced" : "")}");
            before = null;
        }

        foreach (var (name, surge) in after.SurgeNodes)
        {
            var was = before?.SurgeNodes.GetValueOrDefault(name);
            if (was?.Step != surge.Step)
            {
                Say(at, $"  surge {name}: {surge.Step}{(surge.ReplacementFor is { } lost ? $" for {lost}" : "")}");
            }
        }

        foreach (var name in (before?.SurgeNodes ?? RolloutRecord.EmptySurge).Keys.Where(n => !after.SurgeNodes.ContainsKey(n)))
        {
            Say(at, $"  surge {name}: gone");
        }

        foreach (var (name, progress) in after.Active)
        {
            if (before?.Active.GetValueOrDefault(name)?.Step != progress.Step)
            {
                Say(at, $"  {name}: {progress.Step}{(progress is { IsCanary: true, Step: NodeStep.Draining or NodeStep.Patching } ? " (canary)" : "")}");
            }
        }

        foreach (var (name, outcome) in after.Settled)
        {
            if (before?.Settled.GetValueOrDefault(name)?.Result != outcome.Result)
            {
                Say(at, $"  {name}: {outcome.Result}");
            }
        }

        if ((before?.Surge ?? after.Surge) != after.Surge)
        {
            Say(at, $"  surge is now {after.Surge}");
        }

        if (before is not null && before.Phase != after.Phase)
        {
            Say(at, $"rollout {after.Pool}: {before.Phase} → {after.Phase}{(after.Fault is { } fault && before.Fault is null ? $": {fault.Message}" : "")}");
        }
    }

    public string Tail(int lines) => string.Join(Environment.NewLine, _lines.TakeLast(lines));

    /// <summary>Compares with <c>Stories/&lt;name&gt;.txt</c>.</summary>
    public void ShouldMatch(string name, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(caller)!, "Stories", name + ".txt");
        var told = new StringBuilder().AppendJoin('\n', _lines).Append('\n').ToString();
        if (string.Equals(Environment.GetEnvironmentVariable("IMAGO_UPDATE_GOLDENS"), "1", StringComparison.Ordinal))
        {
            File.WriteAllText(path, told);
        }

        File.Exists(path).ShouldBeTrue($"There is no story '{path}'. Run the tests with IMAGO_UPDATE_GOLDENS=1 to write it, and read it.");
        told.ShouldBe(File.ReadAllText(path), $"The story '{name}' goes otherwise. If that is meant, rewrite it with IMAGO_UPDATE_GOLDENS=1 and read the difference.");
    }
}
