using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Imago.NodeOs.Tests.Archives.Kit;

/// <summary>Serves a folder on a free port of loopback, with entity tags; or hangs.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;
    private readonly string _folder;

    public LoopbackServer(string folder)
    {
        _folder = folder;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Accepts, reads, and never answers.</summary>
    public bool Hangs { get; set; }

    /// <summary>What was answered: status and path.</summary>
    public List<string> Answered { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync(_stopping.Token))?.Split(' ')[1] ?? "/";
        string? asked = null;
        while (await reader.ReadLineAsync(_stopping.Token) is { Length: > 0 } header)
        {
            asked = header.StartsWith("If-None-Match:", StringComparison.OrdinalIgnoreCase) ? header[14..].Trim() : asked;
        }

        if (Hangs)
        {
            // The other side gives up; then its end of the connection closes.
            await reader.ReadLineAsync(_stopping.Token);
            return;
        }

        var file = Path.Join(_folder, path);
        var content = File.Exists(file) ? await File.ReadAllBytesAsync(file) : null;
        var tag = content is null ? "" : $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..16]}\"";
        var status = content is null ? "404 Not Found" : tag == asked ? "304 Not Modified" : "200 OK";
        Answered.Add($"{status[..3]} {path}");
        var body = status[0] == '2' ? content! : [];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{(tag.Length > 0 ? $"ETag: {tag}\r\n" : "")}Connection: close\r\n\r\n"), _stopping.Token);
        await stream.WriteAsync(body, _stopping.Token);
    }
}
