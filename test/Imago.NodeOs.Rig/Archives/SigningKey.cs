using System.Text;
using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>A key of gpg that lives as long as its archive.</summary>
public sealed class SigningKey : IAsyncDisposable
{
    private const string Owner = "Archive of the rig <archive@example.org>";
    private readonly string _home;

    private SigningKey(string home, byte[] keyring) => (_home, Keyring) = (home, keyring);

    /// <summary>The public key, as <c>signed-by</c> and <c>trusted.gpg.d</c> take it.</summary>
    public byte[] Keyring { get; }

    public static async Task<SigningKey> CreateAsync(CancellationToken cancellation = default)
    {
        var home = Directory.CreateTempSubdirectory("imago-gpg-").FullName;
        (await HostProgram.RunAsync([.. Gpg(home), "--quick-gen-key", Owner, "rsa2048", "sign", "never"], cancellation: cancellation)).MustSucceed();
        var ring = Path.Join(home, "rig.gpg");
        (await HostProgram.RunAsync([.. Gpg(home), "--output", ring, "--export", Owner], cancellation: cancellation)).MustSucceed();
        return new(home, await File.ReadAllBytesAsync(ring, cancellation));
    }

    /// <summary>The text with its signature around it: an <c>InRelease</c> file.</summary>
    public async Task<byte[]> SignAsync(string text, CancellationToken cancellation = default) =>
        Encoding.UTF8.GetBytes((await HostProgram.RunAsync([.. Gpg(_home), "--clearsign"], Encoding.UTF8.GetBytes(text), cancellation: cancellation)).MustSucceed().Out);

    public async ValueTask DisposeAsync()
    {
        // Its agent would outlive the test.
        await HostProgram.RunAsync(["gpgconf", "--homedir", _home, "--kill", "all"]);
        Directory.Delete(_home, recursive: true);
    }

    private static string[] Gpg(string home) => ["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"];
}
