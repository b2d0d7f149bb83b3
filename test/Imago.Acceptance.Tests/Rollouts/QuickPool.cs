using System.Net;
using System.Text.Json.Nodes;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Rollouts;

/// <summary>Minutes for which a canary is watched or a drained node rests are real ones: the clock is not simulated. Pools under test go without.</summary>
internal static class QuickPool
{
    /// <summary>Writes a pool again without them: one is an extension that az does not know, and a soak of 0 is not sent by az either.</summary>
    /// <param name="arm">The server.</param>
    /// <param name="poolPath">The pool.</param>
    /// <param name="readyMinutes">How long a node may take to be ready; null: as long as usual.</param>
    public static async Task SoakNotAsync(ArmClient arm, string poolPath, int? readyMinutes = null)
    {
        var pool = JsonNode.Parse((await arm.GetAsync(poolPath)).Must(HttpStatusCode.OK).Text)!.AsObject();
        var properties = pool["properties"]!.AsObject();
        if (properties["upgradeSettings"] is not JsonObject settings)
        {
            properties["upgradeSettings"] = settings = [];
        }

        settings["canarySoakInMinutes"] = 0;
        settings["nodeSoakDurationInMinutes"] = 0;
        if (readyMinutes is { } minutes)
        {
            settings["nodeReadyTimeoutInMinutes"] = minutes;
        }

        await arm.EndAsync(await arm.PutAsync(poolPath, pool.ToJsonString()));
    }
}
