using Imago.Acceptance.Tests.Serving;
namespace Imago.Acceptance.Tests.Machines;
public sealed class Exploring(Fleet fleet)
{
    [Fact]
    public async Task Explore()
    {
        await fleet.ReadyAsync();
        for (var i = 1; i <= 3; i++) await fleet.JoinAsync($"rack-{i}");
        await System.IO.File.WriteAllTextAsync("/tmp/whole/ready", $"{fleet.Server.Address} {fleet.Server.AuthorityFile} {fleet.Server.Credentials.AppId} {fleet.Server.Credentials.Secret} {fleet.Server.Credentials.SubscriptionId}\n");
        while (!System.IO.File.Exists("/tmp/whole/end"))
        {
            await System.IO.File.WriteAllTextAsync("/tmp/whole/server.log", fleet.Server.Said);
            foreach (var r in fleet.Racks) await System.IO.File.WriteAllTextAsync($"/tmp/whole/{r.Name}.log", r.Said);
            if (System.IO.File.Exists("/tmp/whole/cmd"))
            {
                var cmd = (await System.IO.File.ReadAllTextAsync("/tmp/whole/cmd")).Trim();
                System.IO.File.Delete("/tmp/whole/cmd");
                try { await Do(cmd.Split(' ')); await System.IO.File.WriteAllTextAsync("/tmp/whole/done", cmd); }
                catch (Exception e) { await System.IO.File.WriteAllTextAsync("/tmp/whole/done", e.ToString()); }
            }
            await Task.Delay(300);
        }
    }
    private async Task Do(string[] w)
    {
        switch (w[0])
        {
            case "lib": { var p = await Imago.NodeOs.Rig.Packages.SamplePackages.LibraryAsync(w[1]); await fleet.PublishAsync(c => c.Security(p)); break; }
            case "tool": { var p = await Imago.NodeOs.Rig.Packages.SamplePackages.ToolAsync("rig-tool", w[1]); await fleet.PublishAsync(c => c.Security(p)); break; }
            case "slow": { var p = await Imago.NodeOs.Rig.Packages.SamplePackages.SlowAsync(w[1], true); await fleet.PublishAsync(c => c.Security(p)); break; }
            case "kernel": { var n = int.Parse(w[1]); var p = await Imago.NodeOs.Rig.Packages.SamplePackages.KernelAsync(n); var m = await Imago.NodeOs.Rig.Packages.SamplePackages.KernelMetapackageAsync(n); await fleet.PublishAsync(c => c.Security(p, m)); break; }
            case "break": fleet.Archive.Break(Enum.Parse<Imago.NodeOs.Rig.Archives.ArchiveFault>(w[1]), Imago.NodeOs.Rig.Archives.ArchiveArea.Security); break;
            case "kill": await fleet.Racks.Single(r => r.Name == w[1]).KillAgentAsync(); break;
            case "lose": fleet.Racks.Single(r => r.Name == w[1]).ComesBack = false; break;
            case "back": fleet.Racks.Single(r => r.Name == w[1]).ComesBack = true; break;
            case "join": await fleet.JoinAsync(w[1], w.Length > 2 ? w[2] : null); break;
        }
    }
}
