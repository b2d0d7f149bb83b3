using Imago.Agent.Deciding;
using Imago.Agent.State;
using Imago.Agent.Working;
using Imago.NodeOs.Machine;

namespace Imago.Agent.Tests.Kit;

/// <summary>A whole agent but for its cluster: wishes are said by the test, the machine is made of memory, the state lies on a real disk, and the process can be killed.</summary>
internal sealed class AgentStory : IDisposable
{
    public const string Node = "node-1";

    private readonly TemporaryFolder _folder = new();
    private AgentMemory _memory;

    public AgentStory() => _memory = Begin();

    public StoryMachine Machine { get; } = new();

    public SetClock Clock { get; } = new();

    public NodeWishes Wishes { get; set; } = NodeWishes.None;

    public AgentState State => _memory.Current;

    public List<AgentStep> Steps { get; } = [];

    public string Folder => _folder.Path;

    /// <summary>How often the process was killed.</summary>
    public int Kills { get; private set; }

    public void Dispose() => _folder.Dispose();

    /// <summary>The process ends and another one begins: it knows what is on the disk.</summary>
    public void StartAgain() => _memory = Begin();

    /// <summary>What the agent decides now.</summary>
    public AgentStep Decide() => AgentPlanner.Decide(new AgentView(Wishes, _memory.Current, Machine.BootId, Node, Clock.Now));

    /// <summary>Steps until the agent waits, and starts it again whenever it was killed.</summary>
    public async Task RestAsync(int mostSteps = 100)
    {
        for (var i = 0; i < mostSteps; i++)
        {
            var step = Decide();
            if (step is AgentStep.Wait)
            {
                return;
            }

            Steps.Add(step);
            try
            {
                await new AgentWork(new AgentTools(Machine, _memory, Node, Clock)).DoAsync(step, Wishes, TestContext.Current.CancellationToken);
            }
            catch (KilledException)
            {
                Kills++;
                StartAgain();
            }
        }

        throw new InvalidOperationException($"The agent does not come to rest. Its last steps: {string.Join(", ", Steps.TakeLast(10))}");
    }

    /// <summary>Rests, and moves the clock to the next moment that the agent waits for, until it waits for nothing.</summary>
    public async Task SettleAsync(int mostWaits = 100)
    {
        for (var i = 0; i < mostWaits; i++)
        {
            await RestAsync();
            if (Decide() is not AgentStep.Wait { Until: { } until })
            {
                return;
            }

            Clock.Now = NodaTime.Instant.Max(Clock.Now, until);
        }

        throw new InvalidOperationException($"The agent waits for ever: {State.Phase} {State.Reason} {State.Message}");
    }

    private AgentMemory Begin()
    {
        var memory = new AgentMemory(new MachineRoot(_folder.Path), "/state", "machine-1");
        memory.Refresh();
        return memory;
    }
}
