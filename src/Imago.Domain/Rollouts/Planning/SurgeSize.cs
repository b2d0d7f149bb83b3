using System.Globalization;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Keeps the surge as large as what is left to do needs, and no larger.</summary>
/// <remarks>Rules: UP-1, UP-3, UP-5, UP-22.</remarks>
internal static class SurgeSize
{
    private static bool Useful(SurgeNode surge) => surge.Step is SurgeStep.Creating or SurgeStep.Verifying or SurgeStep.Watching or SurgeStep.Serving;

    /// <summary>Whether surge nodes could be added: fewer exist than the rollout may have.</summary>
    public static bool MayGrow(RolloutPass pass) => Allowed(pass) > pass.Record.SurgeNodes.Count(s => s.Value.Counts);

    /// <summary>Whether more surge nodes serve than nodes are under way.</summary>
    public static bool Oversized(RolloutPass pass) => pass.Record.SurgeNodes.Count(s => Useful(s.Value)) > Math.Max(pass.Disrupted, Allowed(pass));

    public static void Adjust(RolloutPass pass, List<Candidate> waiting, bool mayStart)
    {
        // UP-22: never more than there is to do.
        var needed = Math.Min(mayStart ? Allowed(pass) : int.MaxValue, pass.Disrupted + (mayStart ? waiting.Reimages() : 0));
        Grow(pass, needed, mayStart);
        if (StartGate.PausedBy(pass.Input.Spec, pass.Pool) is null)
        {
            Shrink(pass, needed);
        }
    }

    // UP-151: until the canary has passed there is one surge node at most, and it goes first of all: a bad image then costs no node of the pool.
    private static int Allowed(RolloutPass pass) =>
        pass.CanaryPending ? Math.Min(1, pass.Record.Surge) : pass.Record.Surge;

    private static void Grow(RolloutPass pass, int needed, bool mayStart)
    {
        // UP-151: while a node of the pool tries the target alone, no surge node tries it beside it; not even when the buffer, made from an older image, is gone.
        var tried = pass.CanaryPending && pass.Record.Active.Values.Any(a => a.IsCanary);
        if (!mayStart || tried || ImageFor(pass) is not { } image)
        {
            return;
        }

        // Surge nodes on their way out still count against the limit.
        while (pass.Record.SurgeNodes.Count(s => Useful(s.Value)) < needed && MayGrow(pass))
        {
            var number = pass.Record.SurgeNamed + 1;
            var name = NameOf(pass.Record, number);
            pass.Record = pass.Record with { SurgeNamed = number };

            // The name is in the record before the node is made: a successor finds it, and asks for the same node.
            pass.SetSurge(name, new SurgeNode
            {
                Step = SurgeStep.Creating,
                Since = pass.Now,
                NamedAt = pass.Now,
                Image = image,
                IsCanary = pass.CanaryPending,
            });
        }
    }

    // Those with the fewest pods to move go first; ties by name.
    private static void Shrink(RolloutPass pass, int needed)
    {
        var serving = pass.Record.SurgeNodes.Where(s => s.Value.Step == SurgeStep.Serving).ToList();

        // Surge nodes that are still being made may be the surplus; the ones that stand in for nodes under way stay until those are back, or the pool would serve
        // below its size meanwhile.
        var surplus = Math.Min(pass.Record.SurgeNodes.Count(s => Useful(s.Value)) - needed, serving.Count - pass.Disrupted);
        foreach (var (name, surge) in serving.OrderBy(s => pass.View.LoadOf(s.Key).Pods).ThenBy(s => s.Key, StringComparer.Ordinal).Take(Math.Max(0, surplus)))
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now));
        }
    }

    /// <summary>
    /// UP-4: surge nodes come up at the target; under SecurityPatch that is the newest base image of the pool with the level's suffix. Null when no node of the
    /// pool says which image that is: then none needs a buffer either, because only nodes with a known image are patched.
    /// </summary>
    private static string? ImageFor(RolloutPass pass)
    {
        // CH-13: nodes are rebooted in place, so that no buffer is made for them.
        if (pass.Record.Target is RolloutTarget.Reboot)
        {
            return null;
        }

        if (pass.Record.Target is not RolloutTarget.Patch(var level, _))
        {
            return pass.Record.Target.Name;
        }

        NodeImage? newest = null;
        foreach (var (name, node) in pass.View.NodesOf(pass.Record.Pool))
        {
            // Ties, which differ in family only, are broken by the family's name.
            if (node.Image is { IsKnown: true, Version.IsWindows: false } image && !pass.Record.SurgeNodes.ContainsKey(name)
                && (newest is null || (image.Version, newest.Family!).CompareTo((newest.Version, image.Family)) > 0))
            {
                newest = image;
            }
        }

        return newest?.WithPatch(level.Date).Text;
    }

    private static string NameOf(RolloutRecord record, int number)
    {
        // A node name is a DNS label of at most 63 characters; the hash keeps names of different rollouts apart.
        var hash = StableHash.Of(record.Id);
        var pool = string.Concat(record.Pool.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        pool = pool.Length > 40 ? pool[..40] : pool;
        return string.Create(CultureInfo.InvariantCulture, $"{pool}-surge-{hash & 0xFFFFFF:x6}-{number}");
    }
}
