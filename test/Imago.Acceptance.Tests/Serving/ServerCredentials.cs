namespace Imago.Acceptance.Tests.Serving;

/// <summary>What <c>imago server init</c> prints once: who may sign in.</summary>
internal sealed record ServerCredentials(string TenantId, string SubscriptionId, string AppId, string Secret);
