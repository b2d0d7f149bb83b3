using Imago.Domain.Clusters;
using Imago.Domain.Images;

namespace Imago.Faults.Tests.Checking;

/// <summary>Invariants 4 and 5, after every step: images never go back within their family, and the Kubernetes version stays what it was.</summary>
internal sealed class NodeRule
{
    private readonly Truth _truth;
    private readonly Dictionary<string, NodeImage> _images;

    public NodeRule(Truth truth)
    {
        _truth = truth;
        _images = truth.View.Nodes.ToDictionary(n => n.Key, n => n.Value.Image, StringComparer.Ordinal);
    }

    public void Changed(ClusterView before, ClusterView after)
    {
        if (ReferenceEquals(before.Nodes, after.Nodes))
        {
            return;
        }

        foreach (var (name, node) in after.Nodes)
        {
            if (before.Nodes.TryGetValue(name, out var was) && ReferenceEquals(was, node))
            {
                continue;
            }

            if (_images.TryGetValue(name, out var image) && !ReferenceEquals(image, node.Image) && NodeImage.Compare(node.Image, image) == ImageOrder.Older)
            {
                _truth.Violated(4, $"node {name} went back from {image} to {node.Image}");
            }

            _images[name] = node.Image;
            var kubelet = _truth.Originals.GetValueOrDefault(name)?.KubeletVersion ?? _truth.Originals.Values.First(n => string.Equals(n.Pool, node.Pool, StringComparison.Ordinal)).KubeletVersion;
            if (!string.Equals($"v{node.Kubelet}", kubelet, StringComparison.Ordinal))
            {
                _truth.Violated(5, $"node {name} runs kubelet {node.Kubelet}, not {kubelet}");
            }
        }
    }
}
