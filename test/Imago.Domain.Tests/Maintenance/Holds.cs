using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>Runs properties from a fixed seed, so that a run repeats; a failure prints the seed of the failing case and the case.</summary>
/// <remarks>
/// <c>IMAGO_SEED=123</c> runs other cases. To replay one that failed, take the two numbers that the failure prints: <c>IMAGO_SEED=123,456</c>.
/// </remarks>
internal static class Holds
{
    private const ulong UsualSeed = 20_260_101;

    public static void ForAll<T>(Gen<T> cases, Action<T> property, int count = 250)
    {
        var seed = (Environment.GetEnvironmentVariable("IMAGO_SEED") ?? $"{UsualSeed}").Split(',').Select(n => ulong.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Prop.ForAll(cases.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(seed[0], seed.Length > 1 ? seed[1] : 1));
    }
}
