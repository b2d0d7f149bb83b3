namespace Imago.NodeOs.Apt;

/// <summary>
/// Asks an archive again that did not answer: some cut a connection now and then. apt could do it by itself, but Debian 12's stays idle for minutes once a server has cut the
/// connection in between (measured, apt 2.6 with <c>Acquire::Retries</c> of 3).
/// </summary>
/// <remarks>Rules: NM-7, NM-31.</remarks>
internal sealed class MirrorPatience(TimeProvider time)
{
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    /// <summary>Does what asks archives, and does it again when the reason is <see cref="NodeOsReason.MirrorUnreachable"/>.</summary>
    /// <exception cref="NodeOsException">What was said the last time.</exception>
    public async ValueTask TryAsync(Func<ValueTask> ask, CancellationToken cancellation)
    {
        foreach (var wait in Waits)
        {
            try
            {
                await ask();
                return;
            }
            catch (NodeOsException failure) when (failure.Reason == NodeOsReason.MirrorUnreachable)
            {
                await Task.Delay(wait, time, cancellation);
            }
        }

        await ask();
    }
}
