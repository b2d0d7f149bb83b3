using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Tracing;

namespace Imago.Cli.Demo;

/// <summary>A node on the screen.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Surge">Whether it is there for the upgrade only.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Image">What it runs; empty until it has joined.</param>
/// <param name="Colour">Colour of what it does; null: nothing is done to it.</param>
/// <param name="Doing">What it does.</param>
/// <param name="Evicted">Pods evicted since it drains.</param>
internal sealed record LiveNode(string Name, string Pool, bool Surge, string? Zone, string Image, string? Colour = null, string Doing = "", int Evicted = 0)
{
    public LiveNode After(TraceEvent happened)
    {
        var node = happened.Node!;
        var now = this with { Zone = node.Zone ?? Zone, Image = node.Image.Length > 0 ? node.Image : Image };
        return happened.Kind switch
        {
            TraceKind.NodeStarted => now with { Colour = "yellow", Doing = "starts" },
            TraceKind.NodeCordoned => now with { Colour = "yellow", Doing = "drains", Evicted = 0 },
            TraceKind.PodEvicted => now with { Colour = "yellow", Doing = $"drains, {Evicted + 1} evicted", Evicted = Evicted + 1 },
            TraceKind.OperationBegun when happened.Detail?.EndsWith("/Reboot", StringComparison.Ordinal) == true => now with { Colour = "blue", Doing = "reboots" },
            TraceKind.OperationBegun when !Surge => now with { Colour = "blue", Doing = "is reimaged" },
            TraceKind.SurgeNamed => now with { Colour = "blue", Doing = "is made" },
            TraceKind.NodeJoined => now with { Colour = "blue", Doing = "boots" },
            TraceKind.NodeReady when Surge => now with { Colour = "green", Doing = "serves as surge" },
            TraceKind.NodeReady => now with { Colour = "green", Doing = "Ready, verified" },
            TraceKind.PatchOrdered => now with { Colour = "blue", Doing = "patches live" },
            TraceKind.PatchReached => now with { Colour = "green", Doing = "patched" },
            TraceKind.NodeFinished when happened.Result == NodeResult.Upgraded => now with { Colour = "green", Doing = "done" },
            TraceKind.NodeFinished => now with { Colour = "red", Doing = happened.Result?.ToString() ?? "" },
            _ => now,
        };
    }
}
