using System.Collections.Immutable;
using Imago.Application.Engine.Noting;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Engine;

/// <summary>Which machines count as behind.</summary>
public sealed class BehindTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 8, 10, 0, 0);
    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 8, 1));

    [Theory]
    [InlineData("at the level", 0)]
    [InlineData("needs it", 1)]
    [InlineData("fixes held", 1)]
    [InlineData("no agent", 1)]
    [InlineData("agent refuses", 1)]
    [InlineData("agent cannot stage", 1)]
    [InlineData("not let in yet", 1)]
    [InlineData("made by an auto-provisioner", 0)]
    [Trait("Rule", "EV-68")]
    [Trait("Rule", "NM-34")]
    public void Behind_Machine_CountsUnlessItIsAtTheLevelOrNobodysToPatch(string situation, int expected)
    {
        var report = new AgentReport { Phase = AgentPhase.Idle, Level = Level, At = Now };
        var order = new NodeOrder { Id = "stage", Mode = OrderMode.Stage, Level = Level, GivenAt = Now };
        var node = new Node
        {
            Name = "n1", Uid = "u1", Pool = "apps", Image = NodeImage.Parse("ImagoDebian-12-202606.01.0"), Ready = true, CreatedAt = Now - Duration.FromDays(9), ResourceVersion = "1", Agent = report,
        };
        node = situation switch
        {
            "at the level" => node with { ReachedLevel = Level },
            "needs it" => node,
            "fixes held" => node with { Agent = report with { Phase = AgentPhase.AppliedPartially } },
            "no agent" => node with { Agent = null },
            "agent refuses" => node with { Agent = report with { Phase = AgentPhase.Refused } },
            "agent cannot stage" => node with { Order = order, Agent = report with { Phase = AgentPhase.Retrying, OrderId = order.Id } },
            "not let in yet" => node with { NotPatchedYet = true },
            "made by an auto-provisioner" => node with { AutoProvisioned = true },
            _ => throw new InvalidOperationException(situation),
        };
        var pool = new PoolSpec { Name = "apps", Family = new ImageFamily("ImagoDebian-12"), Provider = ProviderCapabilities.Default with { CanSurge = false, InPlace = true } };

        StatusNotes.Behind(InputOf(node, pool), pool).ShouldBe(expected);
    }

    private static ClusterInput InputOf(Node node, PoolSpec pool) => new()
    {
        Now = Now,
        View = ClusterView.Of([node], [], []),
        Spec = new ClusterSpec { Name = "c", Channel = NodeOsChannel.SecurityPatch, Pools = [pool] },
        Catalog = ReleaseCatalog.Of([], [new PatchRelease("debian12", Level, Level.Moment, RebootRequired: null, TouchesKernelOrLibc: false)]),
        Records = ImmutableSortedDictionary<string, RolloutRecord>.Empty,
        Operations = ImmutableDictionary<string, ProviderOperation>.Empty,
        Epoch = 1,
    };
}
