using Imago.Agent.Serving;
using Imago.Agent.Settings;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Rig.Machines;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Agent.Tests.Kit;

/// <summary>The service, for as long as a test needs it.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public RunningAgent(FakeNodeApi api, StoryMachine machine, string folder, string machineId = "machine-1", Func<bool>? isOutdated = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        File.WriteAllText(Path.Combine(folder, "etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
        var settings = new AgentSettings { Spread = Duration.Zero, Machine = new MachineSettings { StateDirectory = "/state" } };
        var parts = new AgentParts(settings, new MachineRoot(folder), machine, machineId, AgentStory.Node, "1.0", HostClock.Instance) { Door = () => (api.Access, ""), IsOutdated = isOutdated ?? (() => false) };
        _running = new AgentService(parts, NullLogger.Instance).RunAsync(_stopping.Token);
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _running.IsCompleted;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // It was stopped, or killed by its story.
        }

        _stopping.Dispose();
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> isSo, Func<string> otherwise)
    {
        var began = HostClock.Instance.GetTimestamp();
        while (!isSo())
        {
            if (HostClock.Instance.GetElapsedTime(began) > TimeSpan.FromSeconds(20))
            {
                throw new TimeoutException(otherwise());
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
