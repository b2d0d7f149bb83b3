namespace Imago.Api.Activities;

/// <summary>The activity log of what lies above all subscriptions: service principals, roles over everything, releases.</summary>
internal static class TenantLog
{
    /// <summary>What stands for it where entries name their subscription.</summary>
    public const string Id = "";
}
