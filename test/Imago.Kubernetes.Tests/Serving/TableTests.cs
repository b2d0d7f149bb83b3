using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Tables;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class TableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(135, "2m15s")]
    [InlineData(3600, "60m")]
    [InlineData(4 * 3600, "4h")]
    [InlineData((4 * 3600) + 60, "4h1m")]
    [InlineData(30 * 3600, "30h")]
    [InlineData(49 * 3600, "2d1h")]
    [InlineData(10 * 86400, "10d")]
    [InlineData(800 * 86400, "2y70d")]
    [InlineData(3000L * 86400, "8y")]
    public void Age_OfSeconds_IsShownAsTheApiDoes(long seconds, string expected) => Ages.Of(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);

    [Theory]
    [InlineData("a pod that waits", """{"status":{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}}""", "ImagePullBackOff")]
    [InlineData("a pod that goes", """{"metadata":{"deletionTimestamp":"2026-11-22T11:00:00Z"},"status":{"phase":"Running"}}""", "Terminating")]
    [InlineData("a pod on a lost node", """{"metadata":{"deletionTimestamp":"2026-11-22T11:00:00Z"},"status":{"phase":"Running","reason":"NodeLost"}}""", "Unknown")]
    [InlineData("a pod that ended", """{"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}}""", "ExitCode:3")]
    [InlineData("a pod that was evicted", """{"status":{"phase":"Failed","reason":"Evicted"}}""", "Evicted")]
    [InlineData("a pod that runs", """{"status":{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}}]}}""", "Running")]
    public void Pod_OfAStory_HasItsStatus(string story, string pod, string expected) =>
        Cells("pods", pod)[2]!.ToString().ShouldBe(expected, story);

    [Theory]
    [InlineData("restarted", """{"spec":{"containers":[{},{}]},"status":{"containerStatuses":[{"ready":true,"restartCount":2,"lastState":{"terminated":{"finishedAt":"2026-11-22T11:55:00Z"}}}]}}""", "1/2 2 (5m ago)")]
    [InlineData("never restarted", """{"spec":{"containers":[{}]},"status":{"containerStatuses":[{"ready":true,"restartCount":0}]}}""", "1/1 0")]
    public void Pod_OfAStory_HasItsCounts(string story, string pod, string expected) =>
        $"{Cells("pods", pod)[1]} {Cells("pods", pod)[3]}".ShouldBe(expected, story);

    [Theory]
    [InlineData("""{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""", "Ready", "<none>")]
    [InlineData("""{"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"False"}]}}""", "NotReady,SchedulingDisabled", "<none>")]
    [InlineData("""{"metadata":{"labels":{"node-role.kubernetes.io/worker":"","node-role.kubernetes.io/agent":"","kubernetes.io/role":"x"}}}""", "Unknown", "agent,worker,x")]
    public void Node_OfAStory_HasItsStatusAndRoles(string node, string status, string roles) =>
        (Cells("nodes", node)[1]!.ToString(), Cells("nodes", node)[2]!.ToString()).ShouldBe((status, roles));

    [Fact]
    public void Event_WithOneTimeOnly_IsShownByIt()
    {
        var cells = Cells("events", """{"metadata":{"name":"e","creationTimestamp":"2026-11-22T11:59:00Z"},"involvedObject":{"kind":"Node","name":"n"},"reason":"Drain","message":" m \n","type":"Normal","reportingComponent":"upgrader"}""");

        string.Join('|', cells.Select(c => c!.ToString())).ShouldBe("60s|Normal|Drain|node/n||upgrader|m|60s|1|e");
    }

    [Fact]
    public void Selector_WithExpressions_ReadsLikeASelector() =>
        Reading.Selector(JsonNode.Parse("""{"matchLabels":{"b":"1","a":"2"},"matchExpressions":[{"key":"k","operator":"In","values":["x","y"]},{"key":"m","operator":"DoesNotExist"}]}"""))
            .ShouldBe("a=2,b=1,k in (x,y),!m");

    [Theory]
    [InlineData("statefulsets", """{"metadata":{"name":"s"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":1}}""", "s|1/1|<unknown>|c|i")]
    [InlineData("leases", """{"metadata":{"name":"l"},"spec":{"holderIdentity":"h"}}""", "l|h|<unknown>")]
    [InlineData("configmaps", """{"metadata":{"name":"m"},"data":{"a":"1"},"binaryData":{"b":"1"}}""", "m|2|<unknown>")]
    [InlineData("namespaces", """{"metadata":{"name":"n"},"status":{"phase":"Active"}}""", "n|Active|<unknown>")]
    [InlineData("services", """{"metadata":{"name":"v"},"spec":{"clusterIP":"10.0.0.1","ports":[{"port":80},{"port":443,"nodePort":30000}]}}""", "v|ClusterIP|10.0.0.1|<none>|80/TCP,443:30000/TCP|<unknown>|<none>")]
    [InlineData("persistentvolumeclaims", """{"metadata":{"name":"p"},"spec":{"volumeName":"pv"},"status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}}""", "p|Bound|pv|1Gi|RWO||<unset>|<unknown>|<unset>")]
    [InlineData("widgets", """{"metadata":{"name":"w","creationTimestamp":"2026-11-22T11:59:00Z"}}""", "w|2026-11-22T11:59:00Z")]
    public void Row_OfAKind_HasItsCells(string plural, string document, string expected)
    {
        var cells = Cells(plural, document);

        string.Join('|', cells.Select(c => c!.ToString())).ShouldBe(expected);
        cells.Count.ShouldBe(TablePrinter.Of(plural).Columns.Length);
    }

    [Fact]
    public void Number_OfADocumentThatWasMadeAndNotRead_IsSeen()
    {
        var made = new JsonObject { ["status"] = new JsonObject { ["replicas"] = 3, ["readyReplicas"] = 2L } };

        (made.Number("status", "replicas"), made.Number("status", "readyReplicas"), made.Number("status", "none")).ShouldBe((3, 2, 0));
    }

    private static JsonArray Cells(string plural, string document) => TablePrinter.Of(plural).Cells(JsonNode.Parse(document)!.AsObject(), Now);
}
