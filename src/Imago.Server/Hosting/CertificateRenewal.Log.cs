using Microsoft.Extensions.Logging;

namespace Imago.Server.Hosting;

internal sealed partial class CertificateRenewal
{
    [LoggerMessage(LogLevel.Information, "Showing a new certificate, valid until {NotAfter}.")]
    private partial void Renewed(DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "The certificate could not be renewed: {Reason}")]
    private partial void NotRenewed(string reason);
}
