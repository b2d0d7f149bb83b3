using Imago.Server.Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Hosting;

/// <summary>Looks every hour whether the certificate is to be made or read anew.</summary>
internal sealed partial class CertificateRenewal(ServerCertificate certificate, TimeProvider clock, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (certificate.RenewIfDue(Instant.FromDateTimeOffset(clock.GetUtcNow())))
                {
                    Renewed(certificate.Current.NotAfter.ToUniversalTime());
                }
            }
            catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                // The one that is shown is good for weeks yet; somebody has time to mend it.
                NotRenewed(problem.Message);
            }
        }
    }
}
