using Imago.Acceptance.Tests.AzureCli;

namespace Imago.Acceptance.Tests.Kubectl;

/// <summary>Where kubectl is: on the PATH, else in the Debian folder that the tests of the Azure CLI use.</summary>
internal static class KubectlProgram
{
    private const string Name = "kubectl";

    public static async Task<string> FindAsync()
    {
        if ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, Name)).FirstOrDefault(File.Exists) is { } installed)
        {
            return installed;
        }

        await AzFolder.EnsureAsync();
        return Path.Combine(AzFolder.Path, "usr", "bin", Name);
    }
}
