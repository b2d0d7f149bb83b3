using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using NodaTime;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>The values that stories about machines share.</summary>
internal static class Machines
{
    public const string Base = "ImagoDebian-12-202606.01.0";
    public const string Track = "debian12";

    public static readonly PatchLevel Level = Some.Level(6, 20);

    public static readonly AgentReport Idle = new() { Phase = AgentPhase.Idle, BootId = "b1", At = Some.Noon - Duration.FromDays(9) };

    public static ArchiveState ArchiveAt(PatchLevel level) =>
        new([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], level.Moment, "")]);

    public static AgentReport Planned(bool reboot, OrderContent content = OrderContent.Security) => Idle with
    {
        Phase = AgentPhase.Staged,
        Level = Level,
        Planned = new PlannedChange(Level, content, reboot ? RebootVerdict.Reboot : RebootVerdict.None, 26, 0),
    };

    public static AgentReport Report(AgentPhase phase) => Idle with { Phase = phase, Level = Level };
}
