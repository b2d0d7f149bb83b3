using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Attachments;

public sealed class AttachmentDocumentTests
{
    private static readonly Attachment Whole = new(
        "/c", "the kubeconfig", "prod", [new PoolSelector("web", "tier=web")], new ProviderAccess("external", new Uri("https://nodes.example.com/x"), "the token", "PEM")) { Namespace = "upgrades" };

    private static readonly Attachment Least = new("/c", "the kubeconfig", null, [], null);

    private static readonly Attachment InPlace = Least with { Provider = new ProviderAccess(ProviderKinds.InPlace, null, null, null) };

    [Fact]
    public void IsInPlace_OfAgentsOnTheNodesOnly()
    {
        bool Is(Attachment attachment) => AttachmentDocument.IsInPlace(AttachmentDocument.Write(attachment, "https://a:6443", new Reversing()));

        (Is(InPlace), Is(Whole), Is(Least)).ShouldBe((true, false, false));
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        foreach (var attachment in (Attachment[])[Whole, Least, InPlace])
        {
            var read = AttachmentDocument.Read("/c", AttachmentDocument.Write(attachment, "https://a:6443", new Reversing()), new Reversing()).ShouldNotBeNull();

            (read with { Pools = [] }).ShouldBe(attachment with { Pools = [] });
            read.Pools.ShouldBe(attachment.Pools);
        }
    }

    [Fact]
    public void Read_AsAnotherClustersAttachment_IsNothing() =>
        AttachmentDocument.Read("/other", AttachmentDocument.Write(Whole, "https://a:6443", new Reversing()), new Reversing()).ShouldBeNull();

    [Fact]
    public void Shown_HasEverythingButSecrets()
    {
        var written = AttachmentDocument.Write(Whole, "https://a:6443", new Reversing());

        var shown = AttachmentDocument.Shown(written);

        shown.ToJsonString().ShouldBe(
            """{"server":"https://a:6443","context":"prod","namespace":"upgrades","pools":[{"name":"web","selector":"tier=web"}],"provider":{"kind":"external","endpoint":"https://nodes.example.com/x","authorityPem":"PEM"}}""");
        written.ShouldNotContain("the token");
        written.ShouldNotContain("the kubeconfig");
        Whole.ToString().ShouldNotContain("the");
        Whole.Provider!.ToString().ShouldNotContain("token");
    }

    [Fact]
    public void Cluster_OfAnInspection_IsOnNoChannelAndInNoRegionUnlessSomebodySaysSo()
    {
        var inspection = new Inspection("https://a:6443", "v1.33.2+k3s1", ClusterView.Empty, [], []);

        var document = AttachedDocuments.Cluster(inspection, null);

        ((string?)document["location"], (string?)document["properties"]!["kubernetesVersion"]).ShouldBe(("attached", "1.33.2"));
        ((string?)document["properties"]!["autoUpgradeProfile"]!["nodeOSUpgradeChannel"]).ShouldBe("None");
        ((string?)AttachedDocuments.Cluster(inspection with { KubernetesVersion = "strange" }, "north1")["location"]).ShouldBe("north1");
    }

    [Fact]
    public void Pool_OfAnInspection_SaysWhatIsKnownAndNothingElse()
    {
        var pool = new InspectedPool("web", "label pool", 4, "User", "Linux", "", "amd64", "", null, ImmutableArray<string>.Empty, false);

        JsonNode.DeepEquals(AttachedDocuments.Pool(pool), JsonNode.Parse("""{"properties":{"count":4,"mode":"User","osType":"Linux"}}""")).ShouldBeTrue();
        (AttachedDocuments.Status(pool).Count, AttachedDocuments.Status(pool).KubernetesVersion).ShouldBe((4, ""));

        // AKS labels nodes that are in no zone with zone 0.
        AttachedDocuments.Pool(pool with { Zones = ["0"] })["properties"]!.AsObject().ContainsKey("availabilityZones").ShouldBeFalse();
        AttachedDocuments.Pool(pool with { Zones = ["z-a", "z-b"] })["properties"]!["availabilityZones"]!.ToJsonString().ShouldBe("""["z-a","z-b"]""");
    }

    // Not a secret at all, but it binds to its purpose as a real one does.
    private sealed class Reversing : ISecretBox
    {
        public byte[] Protect(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> purpose) => [.. Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(purpose)}\n{Encoding.UTF8.GetString(plain)}").Reverse()];

        public byte[]? Unprotect(ReadOnlySpan<byte> value, ReadOnlySpan<byte> purpose)
        {
            var parts = Encoding.UTF8.GetString([.. value.ToArray().AsEnumerable().Reverse()]).Split('\n', 2);
            return parts[0] == Encoding.UTF8.GetString(purpose) ? Encoding.UTF8.GetBytes(parts[1]) : null;
        }
    }
}
