using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariants 4, 5 and 11, after every step: images never go back within their family, the Kubernetes version stays what it was, and a bad image comes to one
/// node per rollout, the canary.
/// </summary>
internal sealed class NodeRule
{
    private readonly Truth _truth;
    private readonly Dictionary<string, NodeImage> _images;
    private readonly Dictionary<(string Rollout, string Image), HashSet<string>> _onBadImage = [];

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

            if (!node.Image.Equals(image) && _truth.Scenario.World.BadImages.Contains(node.Image.Text))
            {
                Infected(node);
            }

            _images[name] = node.Image;
            var kubelet = _truth.Originals.GetValueOrDefault(name)?.KubeletVersion ?? _truth.Originals.Values.First(n => string.Equals(n.Pool, node.Pool, StringComparison.Ordinal)).KubeletVersion;
            if (!string.Equals($"v{node.Kubelet}", kubelet, StringComparison.Ordinal))
            {
                _truth.Violated(5, $"node {name} runs kubelet {node.Kubelet}, not {kubelet}");
            }
        }
    }

    private void Infected(Node node)
    {
        if (_truth.Records().GetValueOrDefault(node.Pool)?.Record is not { Settings.Canary: Canary.FirstNode } record)
        {
            return;
        }

        var key = (record.Id, node.Image.Text);
        var nodes = _onBadImage.TryGetValue(key, out var known) ? known : _onBadImage[key] = new(StringComparer.Ordinal);
        nodes.Add(node.Name);
        if (nodes.Count > 1)
        {
            _truth.Violated(11, $"the bad image {node.Image} came to {string.Join(" and ", nodes.Order(StringComparer.Ordinal))} in {record.Id}");
        }
    }
}
