using System.Security.Cryptography;
using Shouldly;

namespace Imago.Machines.Tests.Kit;

/// <summary>Compares bytes with hashes.</summary>
internal static class Hashes
{
    public static void ShouldHashTo(this byte[] content, string sha256) => Convert.ToHexStringLower(SHA256.HashData(content)).ShouldBe(sha256);
}
