using System.Net;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;

namespace Imago.Cli.Apply;

/// <summary>Compares what a file wants with what the server has, and writes what differs.</summary>
internal sealed class ApplyRun(Session session)
{
    private const int MostTries = 3;

    /// <summary>What is to be done, and everything that speaks against it.</summary>
    public async Task<(List<PlannedChange> Plan, List<string> Problems)> PlanAsync(IReadOnlyList<DesiredResource> resources)
    {
        var (plan, problems, there) = (new List<PlannedChange>(), new List<string>(), new HashSet<ResourceAddress>());
        foreach (var resource in resources)
        {
            try
            {
                var found = await session.Client.FindAsync(resource.Address.PathWithVersion, session.Cancellation);
                var planned = Compare(resource, found);
                plan.Add(planned);
                there.Add(resource.Address);
                if (planned.Change == Change.Create)
                {
                    problems.AddRange((await MissingAsync(resource, there)).Select(m => $"{resource.Where} ({resource.Address.Label}): {m}"));
                }
            }
            catch (ArmException refused) when (refused.Status is (int)HttpStatusCode.BadRequest or (int)HttpStatusCode.Forbidden)
            {
                problems.Add($"{resource.Where} ({resource.Address.Label}): {refused.Message}");
            }
        }

        return (plan, problems);
    }

    /// <summary>Does what is planned; a failure stops what lies in the failed resource, and nothing else.</summary>
    public async Task<List<PlannedChange>> WriteAsync(IEnumerable<PlannedChange> plan)
    {
        var (done, failed) = (new List<PlannedChange>(), new HashSet<ResourceAddress>());
        foreach (var planned in plan)
        {
            var address = planned.Resource.Address;
            if (address.Parent is { } parent && failed.Contains(parent))
            {
                failed.Add(address);
                done.Add(planned with { Outcome = Outcome.Skipped });
                continue;
            }

            try
            {
                done.Add(planned.Change == Change.Unchanged ? planned : await WriteAsync(planned));
            }
            catch (ArmException refused)
            {
                failed.Add(address);
                done.Add(planned with { Outcome = Outcome.Failed, Error = refused.Message });
            }
        }

        return done;
    }

    private static PlannedChange Compare(DesiredResource resource, ArmAnswer? found)
    {
        var (_, differences) = DocumentMerge.Of(found is null ? null : Revision.Writable(found.Body), resource.Body);
        return new(resource, found is null ? Change.Create : differences.Count > 0 ? Change.Update : Change.Unchanged, differences);
    }

    private async Task<IEnumerable<string>> MissingAsync(DesiredResource resource, HashSet<ResourceAddress> known)
    {
        var missing = new List<string>();
        var address = resource.Address;
        if (address.Kind is ResourceKind.Group or ResourceKind.Cluster && resource.Body.Text("location") is null)
        {
            missing.Add($"'location' is missing; a new {address.Kind.Word()} needs one.");
        }

        if (address.Parent is { } parent && !known.Contains(parent))
        {
            if (await session.Client.FindAsync(parent.PathWithVersion, session.Cancellation) is null)
            {
                missing.Add($"there is no {parent.Label}, neither on the server nor in the file.");
            }

            // Once is enough, whether it is there or was missed.
            known.Add(parent);
        }

        return missing;
    }

    // What was compared may have changed since: by somebody else, or by what this run wrote before, such as a cluster that brought its pools along.
    private async Task<PlannedChange> WriteAsync(PlannedChange planned)
    {
        var address = planned.Resource.Address;
        for (var tried = 1; ; tried++)
        {
            var found = await session.Client.FindAsync(address.PathWithVersion, session.Cancellation);
            var (merged, differences) = DocumentMerge.Of(found is null ? null : Revision.Writable(found.Body), planned.Resource.Body);
            if (found is not null && differences.Count == 0)
            {
                return planned with { Outcome = Outcome.Applied };
            }

            try
            {
                await WriteAsync(address, merged, found);
                return planned with { Outcome = Outcome.Applied };
            }
            catch (ArmException changed) when (changed.Status == (int)HttpStatusCode.PreconditionFailed && tried < MostTries)
            {
                // Compared again with what is there now.
            }
        }
    }

    private async Task WriteAsync(ResourceAddress address, JsonObject body, ArmAnswer? found)
    {
        // EV-84: clusters and pools have versions; ARM gives the others none.
        var isVersioned = address.Kind is ResourceKind.Cluster or ResourceKind.Pool;
        var answer = await session.Client.SendAsync(
            HttpMethod.Put, address.PathWithVersion, body, session.Cancellation, ifMatch: found is null || !isVersioned ? null : Revision.TagOf(found), onlyNew: found is null && isVersioned);
        var follow = address.Kind switch
        {
            ResourceKind.Group => $"imago group show {address.Group}",
            ResourceKind.Pool => $"imago nodepool show {address.Child} --cluster {address.Cluster} -g {address.Group}",
            _ => $"imago cluster show {address.Cluster} -g {address.Group}",
        };
        await new LongOperation(session, $"{(found is null ? "Creating" : "Updating")} {address.Label}", follow).EndAsync(answer, address.PathWithVersion, noWait: false);
    }
}
