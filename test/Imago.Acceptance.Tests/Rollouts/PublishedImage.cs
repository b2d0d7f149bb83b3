using System.Globalization;
using System.Net;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Rollouts;

/// <summary>A node image that is newer than every one the product ships with, published into a running server.</summary>
internal static class PublishedImage
{
    /// <summary>Publishes an image of the family that a cluster's first pool has, and answers its text.</summary>
    /// <param name="arm">The server.</param>
    /// <param name="clusterPath">The cluster.</param>
    /// <param name="daysOld">When it came out. With five days or more, every ring has it already (IM-35); a smaller number makes the newer image.</param>
    public static async Task<string> PublishAsync(ArmClient arm, string clusterPath, int daysOld)
    {
        var cluster = (await arm.GetAsync(clusterPath)).Must(HttpStatusCode.OK);
        var current = cluster.Properties.GetProperty("agentPoolProfiles")[0].GetProperty("nodeImageVersion").GetString()!;
        var published = cluster.Date.AddDays(-daysOld);
        // AKSUbuntu-2204gen2containerd-202608.14.0: the family is all but the version behind the last hyphen.
        var image = string.Create(CultureInfo.InvariantCulture, $"{current[..current.LastIndexOf('-')]}-{published:yyyyMM.dd}.0");
        var answer = await arm.PostAsync("/providers/Imago/releases", new { image, publishedAt = published.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) });
        answer.Must(HttpStatusCode.OK, HttpStatusCode.Created);

        // Every server process looks about once a second at what was published; what is asked for in that second is still answered with the image before.
        var pool = cluster.Properties.GetProperty("agentPoolProfiles")[0].GetProperty("name").GetString();
        await Until.Async(
            "The image being offered",
            TimeSpan.FromSeconds(30),
            () => arm.GetAsync($"{clusterPath}/agentPools/{pool}/upgradeProfiles/default"),
            a => a.Must(HttpStatusCode.OK).Properties.GetProperty("latestNodeImageVersion").GetString() == image);
        return image;
    }
}
