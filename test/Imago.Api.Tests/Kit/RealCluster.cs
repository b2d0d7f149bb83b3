using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Maintenance;

namespace Imago.Api.Tests.Kit;

/// <summary>A cluster with two pools that can be attached with any kubeconfig that names no program.</summary>
internal sealed class RealCluster : IClusterInspector, IKubeconfigRules
{
    /// <summary>Found nowhere but in what is sent.</summary>
    public const string Secret = "kube-secret-4711";

    public const string ProviderToken = "provider-secret-0815";

    /// <summary>Every attachment that was looked through.</summary>
    public List<Attachment> Looked { get; } = [];

    /// <summary>Why it cannot be looked at; null: it can.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What the node provider says, where one is named and answers.</summary>
    public ProviderLimits? Limits { get; set; }

    public string Version { get; set; } = "v1.27.16+k3s1";

    public List<InspectedPool> Pools { get; } =
    [
        new("system-1", "label agentpool", 3, "System", "Linux", "Ubuntu", "amd64", "AKSUbuntu-2204gen2containerd-202606.19.0", "1.27.16", ["z-a", "z-b"], false),
        new("Batch_x", "label eks.amazonaws.com/nodegroup", 2, "User", "Linux", "Bottlerocket", "arm64", "Bottlerocket OS 1.20.0", "1.27.9", [], false),
    ];

    public ValueTask<Inspection> InspectAsync(Attachment attachment, CancellationToken cancellation)
    {
        Looked.Add(attachment);
        return Failure is { } failure
            ? throw new InspectionException("Nobody answers at https://10.0.0.1:6443. Is the address right?", failure)
            : ValueTask.FromResult(new Inspection("https://10.0.0.1:6443", Version, ClusterView.Empty, [.. Pools], [new Finding("PermissionMissing", FindingLevel.Problem, "pods/eviction", "May not create pods/eviction.", "Apply the manifest.")]) { Limits = Limits });
    }

    public ImmutableArray<Problem> Check(string kubeconfig, string? context) =>
        kubeconfig.Contains("exec:", StringComparison.Ordinal) ? [new Problem("users[0].exec", "Program 'aws' would run on the server. Inline a token, or allow it with kubernetes.execPlugins.")] : [];

    /// <summary>What nobody could mend from afar.</summary>
    public static Exception NoAnswer => new ConnectionException("timed out");
}
