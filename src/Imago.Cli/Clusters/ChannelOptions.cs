using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Remote;

namespace Imago.Cli.Clusters;

/// <summary>Options of a cluster that both create and update take.</summary>
internal sealed class ChannelOptions
{
    public Option<string?> Channel { get; } = RemoteOptions.Choice("--channel", "Node OS upgrade channel.", "None", "Unmanaged", "SecurityPatch", "NodeImage");

    public Option<string?> ClusterChannel { get; } = RemoteOptions.Choice("--cluster-channel", "Channel for the Kubernetes version.", "none", "patch", "stable", "rapid", "node-image");

    public Option<string[]> Tags { get; } = RemoteOptions.Tags();

    public Option[] All => [Channel, ClusterChannel, Tags];

    /// <summary>Writes what was said into a cluster; the rest of it stays.</summary>
    public void Apply(ParseResult parsed, JsonObject cluster)
    {
        var properties = cluster.Child("properties");
        if (parsed.GetValue(Channel) is { } channel)
        {
            properties.Child("autoUpgradeProfile")["nodeOSUpgradeChannel"] = channel;
        }

        if (parsed.GetValue(ClusterChannel) is { } clusterChannel)
        {
            properties.Child("autoUpgradeProfile")["upgradeChannel"] = clusterChannel;
        }

        if (parsed.GetResult(Tags) is { Implicit: false })
        {
            cluster["tags"] = TagWords.Read(Tags.Name, parsed.GetValue(Tags) ?? []);
        }
    }
}
