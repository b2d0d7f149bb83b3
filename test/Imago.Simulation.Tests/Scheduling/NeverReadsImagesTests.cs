using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Tests.Scheduling;

/// <summary>The scheduler must not know what a node runs: placement then cannot favour what we hope for.</summary>
public sealed class NeverReadsImagesTests
{
    [Fact]
    [Trait("Rule", "UP-156")]
    public void Scheduler_CompiledCode_RefersToNoMemberThatTellsAnImage()
    {
        var readers = new[] { "get_Image", "get_ReachedLevel", "get_DesiredLevel" };
        var found = CallsIn(ns => ns == "Imago.Simulation.Scheduling").Where(readers.Contains).ToList();
        found.ShouldBeEmpty();

        // The same search finds them where they are used, so it can find something.
        CallsIn(ns => ns == "Imago.Simulation.Worlds").ShouldContain("get_Image");
    }

    // Names of the methods that the IL of a namespace's types calls.
    private static List<string> CallsIn(Predicate<string> namespaceIs)
    {
        var calls = new List<string>();
        using var file = new PEReader(File.OpenRead(typeof(SimulatedWorld).Assembly.Location));
        var metadata = file.GetMetadataReader();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            var outer = type;
            while (outer.GetDeclaringType() is { IsNil: false } declaring)
            {
                outer = metadata.GetTypeDefinition(declaring);
            }

            if (!namespaceIs(metadata.GetString(outer.Namespace)))
            {
                continue;
            }

            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition).Where(m => m.RelativeVirtualAddress != 0))
            {
                calls.AddRange(Calls(metadata, file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!));
            }
        }

        return calls;
    }

    // call is 0x28 and callvirt 0x6F, each followed by a token. Other operands that happen to look like one only add names; they cannot hide any.
    private static IEnumerable<string> Calls(MetadataReader metadata, byte[] il)
    {
        for (var i = 0; i + 4 < il.Length; i++)
        {
            if (il[i] is not (0x28 or 0x6F))
            {
                continue;
            }

            var handle = (EntityHandle)MetadataTokens.Handle(BitConverter.ToInt32(il, i + 1) is var token && (token >> 24) is 0x06 or 0x0A ? token : 0x06000001);
            if (handle.Kind == HandleKind.MethodDefinition && MetadataTokens.GetRowNumber(handle) <= metadata.MethodDefinitions.Count)
            {
                yield return metadata.GetString(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).Name);
            }
            else if (handle.Kind == HandleKind.MemberReference && MetadataTokens.GetRowNumber(handle) <= metadata.MemberReferences.Count)
            {
                yield return metadata.GetString(metadata.GetMemberReference((MemberReferenceHandle)handle).Name);
            }
        }
    }
}
