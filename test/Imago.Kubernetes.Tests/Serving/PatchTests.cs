using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Patching;
using Imago.Kubernetes.Serving.Schemas;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":[1]}]""", """{"a":1,"b":[1]}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]""", """{"a":[1,2,3,4]}""")]
    [InlineData("""{"a":{"x/y":1,"m~n":2}}""", """[{"op":"remove","path":"/a/x~1y"},{"op":"replace","path":"/a/m~0n","value":3}]""", """{"a":{"m~n":3}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/c"},{"op":"copy","from":"/c","path":"/d"}]""", """{"a":{},"c":1,"d":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"test","path":"/b","value":null},{"op":"replace","path":"","value":{"z":0}}]""", """{"z":0}""")]
    public void JsonPatch_OfARow_MakesWhatItSays(string document, string patch, string expected) =>
        JsonPatch.Apply(JsonNode.Parse(document), JsonNode.Parse(patch)!.AsArray())!.ToJsonString().ShouldBe(expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", false)]
    [InlineData("""[{"op":"remove","path":"/b"}]""", false)]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", false)]
    [InlineData("""[{"op":"replace","path":"/l/2","value":1}]""", false)]
    [InlineData("""[{"op":"boil","path":"/a"}]""", false)]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", true)]
    [InlineData("""[{"op":"add","path":"/a"}]""", true)]
    [InlineData("""[7]""", true)]
    public void JsonPatch_ThatCannotBeApplied_IsRefused(string patch, bool isFormat) =>
        Should.Throw<PatchException>(() => JsonPatch.Apply(JsonNode.Parse("""{"a":1,"l":[1]}"""), JsonNode.Parse(patch)!.AsArray())).IsFormat.ShouldBe(isFormat);

    [Fact]
    public void MergePatch_RemovesWhatIsNullAndNeverStoresNulls() =>
        MergePatch.Apply(Parse("""{"a":{"b":1,"c":2},"d":[1,2]}"""), Parse("""{"a":{"b":null},"d":[3],"e":{"f":null,"g":1}}""")).ToJsonString()
            .ShouldBe("""{"a":{"c":2},"d":[3],"e":{"g":1}}""");

    [Theory]
    [InlineData("Pod", "containers are merged by name", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"a","image":"2"},{"name":"c"}]}}""", """{"spec":{"containers":[{"name":"a","image":"2"},{"name":"b"},{"name":"c"}]}}""")]
    [InlineData("Pod", "an item is deleted by its key", """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """{"spec":{"containers":[{"name":"b"}]}}""")]
    [InlineData("Pod", "a list is replaced when the patch says so", """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""", """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData("Pod", "the order is what the patch says", """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a","image":"x"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a","image":"x"}]}}""")]
    [InlineData("Node", "taints have no key and are replaced", """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""", """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}""", """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}""")]
    [InlineData("Node", "conditions are merged by type", """{"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"X","status":"False"}]}}""", """{"status":{"conditions":[{"type":"Ready","status":"False"}]}}""", """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"X","status":"False"}]}}""")]
    [InlineData("Node", "finalizers are a set", """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["b","c"],"$deleteFromPrimitiveList/finalizers":["a"]}}""", """{"metadata":{"finalizers":["b","c"]}}""")]
    [InlineData("Deployment", "what is not retained goes", """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""")]
    [InlineData("PodDisruptionBudget", "a selector is replaced whole", """{"spec":{"selector":{"matchLabels":{"a":"1"}}}}""", """{"spec":{"selector":{"matchLabels":{"b":"2"}}}}""", """{"spec":{"selector":{"matchLabels":{"b":"2"}}}}""")]
    [InlineData("ConfigMap", "an object is replaced when the patch says so", """{"data":{"a":"1","b":"2"}}""", """{"data":{"$patch":"replace","c":"3"}}""", """{"data":{"c":"3"}}""")]
    [InlineData("Node", "null removes", """{"spec":{"unschedulable":true,"podCIDR":"x"}}""", """{"spec":{"unschedulable":null}}""", """{"spec":{"podCIDR":"x"}}""")]
    [InlineData("Unknown", "what is not known is merged as plain JSON", """{"spec":{"list":[{"name":"a"}],"x":1}}""", """{"spec":{"list":[{"name":"b"}]}}""", """{"spec":{"list":[{"name":"b"}],"x":1}}""")]
    public void StrategicMerge_OfARow_MakesWhatTheStorySays(string kind, string story, string document, string patch, string expected) =>
        StrategicMerge.Apply(Parse(document), Parse(patch), SchemaBook.Shipped.Find(kind)).ToJsonString().ShouldBe(expected, story);

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""")]
    [InlineData("""{"spec":{"$patch":"mix"}}""")]
    public void StrategicMerge_ThatCannotBeUnderstood_IsRefused(string patch) =>
        Should.Throw<PatchException>(() => StrategicMerge.Apply(Parse("""{"spec":{}}"""), Parse(patch), SchemaBook.Shipped.Find("Pod"))).IsFormat.ShouldBeTrue();

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
