using System.Text;
using Imago.Simulation.Dumps;

namespace Imago.Simulation.Tests.Dumps;

/// <summary>What is no dump is refused with a message that says what it is and what to do.</summary>
public class HostileDumpTests
{
    private const string Advice = "Make a dump with: kubectl get nodes,";

    [Theory]
    [InlineData("", "The dump is empty.")]
    [InlineData(" \n\t ", "The dump is empty.")]
    [InlineData("{", "The dump ends in the middle, at byte 1")]
    [InlineData("[]", "found an array")]
    [InlineData("\"x\"", "found a string")]
    [InlineData("3 ", "found a number")]
    [InlineData("null", "found null")]
    [InlineData("{}", "found an object without any content")]
    [InlineData("apiVersion: v1\nkind: List\n", "it starts with 'apiVersion: v1'")]
    [InlineData("NAME   STATUS   ROLES\nn1  Ready", "it starts with 'NAME   STATUS   ROLES'")]
    [InlineData("""{"replicaCount":3,"image":{"tag":"1"}}""", "found an object with 'replicaCount', 'image', which is no Kubernetes list")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}}""", "found a single object of kind Pod")]
    [InlineData("""{"kind":"List","items":{}}""", "Expected 'items' to be an array; found an object")]
    [InlineData("""{"kind":"List","items":[]}""", "found an empty list")]
    [InlineData("""{"kind":"List","items":null}""", "found an empty list")]
    [InlineData("""{"kind":"List","items":[1]}""", "Item 1 of the list is a number, not an object")]
    [InlineData("""{"kind":"List","items":[{"kind":"Secret"},{"kind":"Secret"},{"kind":"Pod"}]}""", "found none among 2 Secret, 1 Pod.")]
    [InlineData("""{"kind":"List","items":[{"kind":"Node"}}""", "after 1 whole items, something cannot be read")]
    [InlineData("""{"kind":"List","items":[{"kind":"Node","metadata":{"name":"\ud800"}}]}""", "half of a surrogate pair")]
    [InlineData("""{"\ud800":1,"kind":"List","items":[]}""", "found an empty list")]
    [InlineData("""{"kind":"List","items":[{"kind":"\u001b[2J"}]}""", "found none among 1 ?[2J.")]
    public void Reader_NotADump_SaysWhatItIs(string text, string message)
    {
        var refusal = DumpText.Refused(text);
        refusal.ShouldContain(message);
        refusal.ShouldContain(Advice);
        refusal.ShouldNotContain("   at ");
    }

    [Fact]
    public void Reader_SeveralDocuments_AsksForOneCommand()
    {
        var one = DumpText.List(DumpText.Node("n1"));
        DumpText.Refused($"{one}\n{one}").ShouldContain($"several JSON documents; the second starts at byte {one.Length + 1}");
        DumpText.Refused($"{one} end").ShouldContain("goes on after its end");
    }

    [Fact]
    public void Reader_SecondDocumentFarBehind_IsFoundToo() =>
        DumpText.Refused($"{DumpText.List(DumpText.Node("n1"))}{new string(' ', 3_000_000)}{{}}").ShouldContain("several JSON documents");

    [Fact]
    public void Reader_Truncated_NamesByteAndItems()
    {
        var text = DumpText.List(DumpText.Node("n1"), DumpText.Node("n2"), DumpText.Node("n3"));
        var cut = text.IndexOf("\"n3\"", StringComparison.Ordinal);
        DumpText.Refused(text[..cut]).ShouldContain($"at byte {cut}, after 2 whole items. It was cut off.");
    }

    [Fact]
    public void Reader_TruncatedInsideACharacter_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(DumpText.List(DumpText.Node("n1", """{"a":"ü"}""")));
        var cut = bytes.AsSpan().IndexOf((byte)0xC3) + 1;
        DumpText.Refused(bytes[..cut]).ShouldContain("not UTF-8");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_048_575)]
    [InlineData(1_048_576)]
    [InlineData(1_500_000)]
    public void Reader_NotUtf8_NamesTheByte(int padding)
    {
        var bytes = Encoding.Latin1.GetBytes($$"""{"x":"{{new string('a', padding)}}Köln","items":[]}""");
        DumpText.Refused(bytes).ShouldContain($"the byte at offset {padding + 7} starts no character");
    }

    [Theory]
    [InlineData(1_048_560)]
    [InlineData(1_048_569)]
    [InlineData(1_048_570)]
    [InlineData(1_048_571)]
    public void Reader_CharacterAcrossBlocks_IsRead(int padding)
    {
        var text = $$"""{"x":"{{new string('a', padding)}}𝄞","items":[{{DumpText.Node("nö")}}]}""";
        DumpText.Read(text).Cluster.Nodes.Single().Name.ShouldBe("nö");
    }

    [Fact]
    public void Reader_Utf16_NamesPowerShell()
    {
        byte[] bytes = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(DumpText.List(DumpText.Node("n1")))];
        DumpText.Refused(bytes).ShouldContain("PowerShell");
    }

    [Fact]
    public void Reader_Gzip_AsksToUnpack() => DumpText.Refused([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]).ShouldContain("gunzip");

    [Fact]
    public void Reader_Utf8WithByteOrderMark_IsRead()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(DumpText.List(DumpText.Node("n1")))];
        DumpText.Read(bytes).Cluster.Nodes.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{\"kind\":\"List\",\"items\":[", "]}")]
    [InlineData("{\"kind\":\"List\",\"items\":[{\"a\":", "}]}")]
    public void Reader_DeeplyNested_IsRefused(string before, string after)
    {
        var text = $"{before}{string.Concat(Enumerable.Repeat("{\"a\":", 100_000))}1{new string('}', 100_000)}{after}";
        DumpText.Refused(text).ShouldContain("nested deeper than 128 levels");
    }

    [Fact]
    public void Reader_NestedToTheLimit_IsRead()
    {
        var deep = $"{string.Concat(Enumerable.Repeat("[", 120))}{new string(']', 120)}";
        DumpText.Read(DumpText.List($$"""{"kind":"Thing","spec":{{deep}}}""", DumpText.Node("n1"))).Cluster.Nodes.Length.ShouldBe(1);
    }

    [Fact]
    public void Reader_HugeItem_IsRefusedInsteadOfKept()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(DumpText.List(DumpText.Node("n1"), $$"""{"kind":"Thing","x":"{{new string('a', 5_000_000)}}"}""")));
        Should.Throw<DumpException>(() => DumpReader.Read(stream, new DumpOptions { ItemLimit = 2_000_000 }, TestContext.Current.CancellationToken)).Message
            .ShouldContain("after item 1,");
    }

    [Fact]
    public void Reader_LargeItemWithinTheLimit_IsRead() =>
        DumpText.Read(DumpText.List($$"""{"kind":"Thing","x":"{{new string('a', 5_000_000)}}"}""", DumpText.Node("n1"))).Cluster.Nodes.Length.ShouldBe(1);

    [Fact]
    public void Reader_FieldsOfWrongTypes_ReadAsAbsent()
    {
        var dump = DumpText.Read(DumpText.List(
            """{"kind":"Node","metadata":{"name":"n1","labels":[1],"uid":7,"creationTimestamp":"soon"},"spec":"none","status":[]}""",
            """{"kind":"Pod","metadata":{"name":"p","namespace":3,"ownerReferences":{}},"spec":{"nodeName":"n1","containers":[1,null,"x"],"volumes":{},"affinity":7,"tolerations":[[]]},"status":null}""",
            """{"kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"selector":"all","minAvailable":"some"}}""",
            """{"kind":"Deployment","metadata":{"name":"d"}}"""));
        var node = dump.Cluster.Nodes.Single();
        node.Uid.ShouldBe("node:n1");
        node.Labels.ShouldBeEmpty();
        dump.Cluster.Pods.Single().Key.ToString().ShouldBe("default/p");
        dump.Cluster.Budgets.Single().MinAvailable.ShouldBeNull();
        dump.Cluster.Workloads.Single().Replicas.ShouldBe(1);
        dump.Cluster.Assumptions.ShouldContain("A disruption budget whose minAvailable cannot be read counts as if it did not state it: 1 disruption budget (default/b).");
    }

    [Fact]
    public void Assumptions_OfAHostileDump_AreFewShortAndPlain()
    {
        var pods = Enumerable.Range(0, 1000).Select(i => DumpText.Pod($"p{i}", $$"""{"schedulerName":"\u001b{{i}}{{new string('x', 1000)}}"}"""));
        var assumptions = DumpText.Read(DumpText.List([DumpText.Node("n1", """{"agentpool":"a"}"""), .. pods])).Cluster.Assumptions;
        assumptions.Length.ShouldBe(201);
        assumptions[^1].ShouldBe("Further assumptions that are not shown: 802.");
        assumptions.ShouldAllBe(a => a.Length < 400 && !a.Any(char.IsControl));
    }

    [Fact]
    public void Reader_PodWithVeryManyLocalVolumes_EndsSoon()
    {
        var volumes = string.Join(",", Enumerable.Range(0, 20_000).Select(i => $$"""{"persistentVolumeClaim":{"claimName":"c{{i}}"} }"""));
        var claims = Enumerable.Range(0, 20_000).Select(i => DumpText.Object("PersistentVolumeClaim", $"c{i}", """{"volumeName":"pv"}""", apiVersion: "v1"));
        var dump = DumpText.Read(DumpText.List([
            DumpText.Node("n1"), DumpText.Pod("p", $$"""{"nodeName":"n1","volumes":[{{volumes}}]}"""), .. claims,
            DumpText.Object("PersistentVolume", "pv", """{"local":{},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"h","operator":"In","values":["n1"]}]}]}}}""", apiVersion: "v1")]));
        dump.Cluster.Pods.Single().Template.RequiredNodeTerms.Sum(t => t.Expressions.Length).ShouldBe(1000);
        dump.Cluster.Assumptions.ShouldContain("Node affinity with very many alternatives counts without that of the volumes: 1 pod (shop/p).");
    }

    [Fact]
    public void Reader_AnyByteChanged_NeverFailsOtherwise()
    {
        var whole = Encoding.UTF8.GetBytes(DumpText.List(
            DumpText.Node("n1", """{"agentpool":"a"}""", spec: """{"taints":[{"key":"k","effect":"NoSchedule"}]}"""),
            DumpText.Pod("p", """{"nodeName":"n1","containers":[{"resources":{"requests":{"cpu":"100m"}}}],"priority":3}"""),
            DumpText.Object("PodDisruptionBudget", "b", """{"minAvailable":"50%","selector":{}}""", apiVersion: "policy/v1")));
        var draw = new Seed(7);
        var refused = 0;
        for (var i = 0; i < 4000; i++)
        {
            draw = draw.Next;
            var bytes = whole.ToArray();
            bytes[draw.Below(bytes.Length)] = (byte)draw.Fork("value").Below(256);
            try
            {
                DumpText.Read(bytes);
            }
            catch (DumpException)
            {
                refused++;
            }
        }

        refused.ShouldBeInRange(500, 3900);
    }
}
