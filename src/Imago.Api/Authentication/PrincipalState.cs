using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Authentication;

internal static class PrincipalState
{
    /// <summary>Whether it may sign in and be spoken for.</summary>
    public static bool IsEnabled(this ServicePrincipal principal, Instant now) => principal.DisabledAt is not { } disabled || now < disabled;
}
