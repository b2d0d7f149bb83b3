using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Imago.Api.Tests.Admission.Kit;
using Imago.Contracts.Versions;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.Admission;

/// <summary>What holds for every document: accepted ones come back equal, refused ones change nothing, round trips lose nothing.</summary>
public sealed class DocumentProperties
{
    private static readonly Config Deterministic = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261125, 1).WithEndSize(30);

    private static readonly ApiVersion[] Versions = [.. ContainerServiceVersions.NewestFirst];

    private static readonly string?[] Nasty =
    [
        null, "null", "true", "0", "-1", "1.5", "1e400", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "\"9999-12-31T23:59:59-14:00\"", "[]", "[null]", "{}", "{\"a\":null}",
        "[[[1]]]", "{\"name\":\"sys\"}", "\"" + new string('y', 5000) + "\"",
    ];

    private static readonly string[] Bodies =
    [
        """
        {"location":"north-1","tags":{"a":"b"},"sku":{"name":"Base","tier":"Premium"},"identity":{"type":"SystemAssigned"},"later":[1],"properties":{"kubernetesVersion":"1.34",
         "supportPlan":"AKSLongTermSupport","autoUpgradeProfile":{"upgradeChannel":"patch","nodeOSUpgradeChannel":"NodeImage","livePatching":true},
         "upgradeSettings":{"overrideSettings":{"forceUpgrade":true,"until":"2027-01-01T00:00:00Z"}},"networkProfile":{"x":1},
         "agentPoolProfiles":[{"name":"sys","mode":"System","count":2,"nodeLabels":{"a":"b"},"nodeTaints":["a=b:NoSchedule"],"availabilityZones":["1"],
          "upgradeSettings":{"maxSurge":"10%","drainTimeoutInMinutes":10,"windowClose":"FinishPool"},"securityProfile":{"enableVTPM":true}},
          {"name":"win","osType":"Windows","osSKU":"Windows2022","enableAutoScaling":true,"minCount":1,"maxCount":3,"count":2}]}}
        """,
        """{"properties":{"count":2,"osSKU":"AzureLinux","vmSize":"Standard_D4s_v5","orchestratorVersion":"1.34","upgradeSettings":{"maxSurge":"2","canary":"None"},"creationData":{"sourceResourceId":"x"}}}""",
        """{"properties":{"maintenanceWindow":{"schedule":{"relativeMonthly":{"intervalMonths":1,"weekIndex":"First","dayOfWeek":"Monday"}},"durationHours":4,"startTime":"01:00","utcOffset":"+01:00","startDate":"2027-01-01","notAllowedDates":[{"start":"2027-02-01","end":"2027-02-02"}]}}}""",
        """{"properties":{"timeInWeek":[{"day":"Monday","hourSlots":[1,2]}],"notAllowedTime":[{"start":"2027-01-01T00:00:00Z","end":"2027-01-02T00:00:00Z"}]}}""",
    ];

    private static Gen<JsonObject> Settings(ApiVersion version) =>
        from surge in Gen.Elements<JsonNode?>(null, "1", "33%", "100%")
        from drain in Gen.Elements<JsonNode?>(null, 5, 1440)
        from soak in Gen.Elements<JsonNode?>(null, 0, 30)
        from unavailable in Gen.Elements<JsonNode?>(null, "1", "50%")
        from undrainable in Gen.Elements<JsonNode?>(null, "Cordon", "Schedule")
        from close in Gen.Elements<JsonNode?>(null, "FinishPool")
        from priority in Gen.Elements<JsonNode?>(null, 7)
        select Object(
            ("maxSurge", surge), ("drainTimeoutInMinutes", drain), ("nodeSoakDurationInMinutes", In(version, "2023-11-01") ? soak : null),
            ("maxUnavailable", In(version, "2025-07-01") ? unavailable : null), ("undrainableNodeBehavior", In(version, "2025-07-01") ? undrainable : null),
            ("windowClose", close), ("upgradePriority", priority));

    private static Gen<JsonObject> Pool(string name, ApiVersion version) =>
        from count in Gen.Choose(1, 9)
        from sku in Gen.Elements<JsonNode?>(null, "Ubuntu", "AzureLinux", "Ubuntu2204")
        from label in Gen.Elements<JsonNode?>(null, "x", "")
        from unknown in Gen.Elements<JsonNode?>(null, 1, "text")
        from settings in Settings(version)
        select Object(
            ("name", name), ("count", count), ("osSKU", sku), ("nodeLabels", label is null ? null : Object(("l", label.DeepClone()))), ("gadget", unknown), ("upgradeSettings", settings));

    private static Gen<(ApiVersion Version, JsonObject Body)> Clusters =>
        from version in Gen.Elements(Versions)
        from channel in Gen.Elements<JsonNode?>(null, "None", "Unmanaged", "NodeImage", In(version, "2024-05-01") ? "SecurityPatch" : "NodeImage")
        from clusterChannel in Gen.Elements<JsonNode?>(null, "none", "stable", "node-image")
        from kubernetes in Gen.Elements<JsonNode?>(null, "1.34", "1.35.6", "1.36")
        from tag in Gen.Elements<JsonNode?>(null, "t")
        from unknown in Gen.Elements<JsonNode?>(null, true, Object(("deep", 1)))
        from sys in Pool("sys", version)
        from apps in Pool("apps", version)
        select (version, Object(
            ("location", "north-1"), ("tags", tag is null ? null : Object(("k", tag.DeepClone()))), ("tomorrow", unknown?.DeepClone()),
            ("properties", Object(
                ("kubernetesVersion", kubernetes?.DeepClone()),
                ("autoUpgradeProfile", Object(("nodeOSUpgradeChannel", channel?.DeepClone()), ("upgradeChannel", clusterChannel?.DeepClone()))),
                ("agentPoolProfiles", new JsonArray(With(sys, "mode", "System"), apps))))));

    [Fact]
    [Trait("Rule", "AZ-53")]
    [Trait("Rule", "EV-85")]
    public void Put_WhatIsAccepted_ComesBackEqualAndIsAFixedPoint() => Each((cluster, version, body) =>
    {
        var read = cluster.Get(version.ToString());
        Lost(body, read, "").ShouldBeEmpty();

        cluster.Put(Writable(read, version), version.ToString()).ShouldBeNull();

        Same(cluster.Get(version.ToString()), read);
    });

    [Fact]
    [Trait("Rule", "EV-86")]
    public void Put_WhatAnyOtherVersionRead_LosesNothing() => Each((cluster, version, _) =>
    {
        var newest = cluster.Get("2026-04-01");
        foreach (var other in Versions)
        {
            cluster.Put(Writable(cluster.Get(other.ToString()), other), other.ToString()).ShouldBeNull($"{other}");
            foreach (var name in (string[])["sys", "apps"])
            {
                cluster.PutPool(name, cluster.GetPool(name, other.ToString()), other.ToString()).ShouldBeNull($"{other}");
            }
        }

        Same(cluster.Get("2026-04-01"), newest);
    }, 30);

    [Fact]
    public void Put_AnythingAtAll_IsAdmittedOrRefusedAndNeverThrows()
    {
        var changes = Gen.Zip(Gen.Choose(0, 200), Gen.Elements(Nasty)).ArrayOf(3);
        var requests = from body in Gen.Elements(Bodies) from version in Gen.Elements(Versions) from change in changes from isNew in Gen.Elements(true, false) select (body, version, change, isNew);
        Prop.ForAll(requests.ToArbitrary(), request =>
        {
            var body = Spoil(request.body, request.change);
            var written = body.ToJsonString();
            var text = request.version.ToString();
            foreach (var write in (Func<WrittenCluster, object?>[])[
                c => c.Put(body, text), c => c.PutPool("np", body, text), c => c.PutPool("sys", body, text),
                c => c.PutMaintenance("default", body, text), c => c.PutMaintenance("aksManagedNodeOSUpgradeSchedule", body, text)])
            {
                var cluster = WrittenCluster.Made();
                var before = cluster.Everything();
                if (write(cluster) is not null)
                {
                    cluster.Everything().ShouldBe(before);
                }
                else
                {
                    // What was accepted can be read by every part of the product.
                    cluster.Get(text).ShouldNotBeNull();
                    new Api.Documents.IntentReader(Domain.Images.ReleaseRings.Default, Domain.Channels.KubernetesCalendar.Default).Read(cluster.Resources, cluster.Now).ShouldNotBeNull();
                }
            }

            new WrittenCluster().Put(body, text);
            body.ToJsonString().ShouldBe(written);
        }).Check(Deterministic.WithMaxTest(400));
    }

    private static void Each(Action<WrittenCluster, ApiVersion, JsonObject> holds, int tests = 300)
    {
        var accepted = 0;
        Prop.ForAll(Clusters.ToArbitrary(), request =>
        {
            var cluster = new WrittenCluster { Version = request.Version };
            var refused = cluster.Put(request.Body);
            if (refused is null)
            {
                accepted++;
                holds(cluster, request.Version, request.Body);
            }
            else
            {
                cluster.Resources.ShouldBeEmpty();
            }
        }).Check(Deterministic.WithMaxTest(tests));

        // A property of nothing would hold as well.
        accepted.ShouldBeGreaterThan(tests / 4);
    }

    // CH-70: older stable versions show SecurityPatch and refuse to write it; leaving it out keeps it.
    private static JsonObject Writable(JsonObject read, ApiVersion version)
    {
        if (read["properties"]!["autoUpgradeProfile"] is JsonObject profile && profile["nodeOSUpgradeChannel"]?.GetValue<string>() == "SecurityPatch" && !In(version, "2024-05-01"))
        {
            profile.Remove("nodeOSUpgradeChannel");
        }

        return read;
    }

    private static void Same(JsonObject one, JsonObject other) => Untagged(one).ShouldBe(Untagged(other));

    private static string Untagged(JsonObject read)
    {
        var copy = read.DeepClone().AsObject();
        copy.Remove("eTag");
        foreach (var pool in copy["properties"]!["agentPoolProfiles"]!.AsArray())
        {
            pool!.AsObject().Remove("eTag");
        }

        return Sorted(copy).ToJsonString();
    }

    private static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : (JsonNode?)Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(e => e is null ? null : Sorted(e))]),
        _ => node.DeepClone(),
    };

    // Paths of what was asked for and is not answered. Pools are found by name; node-image brings NodeImage along (CH-80).
    private static IEnumerable<string> Lost(JsonNode? asked, JsonNode? read, string path) => (asked, read) switch
    {
        (JsonObject a, JsonObject r) => a.SelectMany(p => Lost(p.Value, r[p.Key], $"{path}.{p.Key}")),
        (JsonArray a, JsonArray r) when path.EndsWith("agentPoolProfiles", StringComparison.Ordinal) =>
            a.SelectMany(e => Lost(e, r.FirstOrDefault(o => JsonNode.DeepEquals(o!["name"], e!["name"])), path)),
        _ => JsonNode.DeepEquals(asked, read) ? [] : [path],
    };

    private static JsonObject Spoil(string body, (int Place, string? Value)[] changes)
    {
        var root = WrittenCluster.Parse(body);
        foreach (var (place, value) in changes)
        {
            var places = Places(root).ToList();
            places[place % places.Count](value is null ? null : JsonNode.Parse(value));
        }

        return root;
    }

    private static IEnumerable<Action<JsonNode?>> Places(JsonNode? node) => node switch
    {
        JsonObject map => map.ToList().SelectMany(p => Places(p.Value).Prepend(v => map[p.Key] = v)).Append(v => map["added"] = v),
        JsonArray list => list.ToList().SelectMany((e, i) => Places(e).Prepend(v => list[i] = v)).Append(v => list.Add(v)),
        _ => [],
    };

    private static bool In(ApiVersion version, string from) => version >= ApiVersion.Of(from);

    private static JsonObject Object(params ReadOnlySpan<(string Name, JsonNode? Value)> properties)
    {
        var made = new JsonObject();
        foreach (var (name, value) in properties)
        {
            if (value is not null)
            {
                made[name] = value.DeepClone();
            }
        }

        return made;
    }

    private static JsonObject With(JsonObject pool, string name, JsonNode value)
    {
        var copy = pool.DeepClone().AsObject();
        copy[name] = value;
        return copy;
    }
}
