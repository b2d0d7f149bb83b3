using System.Net;
using System.Text.Json.Nodes;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Rollouts;

/// <summary>Minutes for which a canary is watched or a drained node rests are real ones: the clock is not simulated. Pools under test go without.</summary>
internal static class QuickPool
{
    /// <summary>Writes a pool again without them: one is an extension that az does not know, and a soak of 0 is not sent by az either.</summary>
    public static async Task SoakNotAsync(ArmClient arm, string poolPath)
    {
        var pool = JsonNode.Parse((await arm.GetAsync(poolPath)).Must(HttpStatusCode.OK).Text)!.AsObject();
        var properties = pool["properties"]!.AsObject();
        if (properties["upgradeSettings"] is not JsonObject settings)
        {
            properties["upgradeSettings"] = settings = [];
        }

        settings["canarySoakInMinutes"] = 0;
        settings["nodeSoakDurationInMinutes"] = 0;
        await arm.EndAsync(await arm.PutAsync(poolPath, pool.ToJsonString()));
    }
}
