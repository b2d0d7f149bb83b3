namespace Imago.Api.Authorization;

/// <summary>What somebody may do; each includes the ones before.</summary>
public enum Role
{
    /// <summary>Read everything but credentials.</summary>
    Reader = 1,

    /// <summary>Also write, and get credentials.</summary>
    Contributor,

    /// <summary>Also say who may do what.</summary>
    Owner,
}
