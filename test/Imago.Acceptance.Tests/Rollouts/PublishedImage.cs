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
    /// <param name="daysOld">When it came out. With five days or more, every ring has it already (IM-35).</param>
    public static async Task<string> PublishAsync(ArmClient arm, string clusterPath, int daysOld)
    {
        var cluster = (await arm.GetAsync(clusterPath)).Must(HttpStatusCode.OK);
        var pool = cluster.Properties.GetProperty("agentPoolProfiles")[0].GetProperty("name").GetString();
        var offered = (await arm.GetAsync($"{clusterPath}/agentPools/{pool}/upgradeProfiles/default")).Must(HttpStatusCode.OK).Properties.GetProperty("latestNodeImageVersion").GetString()!;
        var published = cluster.Date.AddDays(-daysOld);
        var image = NewerThan(offered, published);
        var answer = await arm.PostAsync("/providers/Imago/releases", new { image, publishedAt = published.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) });
        answer.Must(HttpStatusCode.OK, HttpStatusCode.Created);

        // Every server process looks about once a second at what was published; what is asked for in that second is still answered with the image before.
        await Until.Async(
            "The image being offered",
            TimeSpan.FromSeconds(30),
            () => arm.GetAsync($"{clusterPath}/agentPools/{pool}/upgradeProfiles/default"),
            a => a.Must(HttpStatusCode.OK).Properties.GetProperty("latestNodeImageVersion").GetString() == image);
        return image;
    }

    // AKSUbuntu-2204gen2containerd-202608.14.0: the family is all but the version behind the last hyphen. Whatever was published before, in whatever order tests run, this one
    // is newer: as a build of its own day, or else as a respin of the newest.
    private static string NewerThan(string offered, DateTimeOffset published)
    {
        var (family, version) = (offered[..offered.LastIndexOf('-')], offered[(offered.LastIndexOf('-') + 1)..].Split('.'));
        var ofItsDay = published.ToString("yyyyMM.dd", CultureInfo.InvariantCulture);
        return string.CompareOrdinal(ofItsDay, $"{version[0]}.{version[1]}") > 0
            ? $"{family}-{ofItsDay}.0"
            : string.Create(CultureInfo.InvariantCulture, $"{family}-{version[0]}.{version[1]}.{int.Parse(version[2], CultureInfo.InvariantCulture) + 1}");
    }
}
