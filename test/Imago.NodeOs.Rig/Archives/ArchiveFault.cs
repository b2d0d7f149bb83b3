namespace Imago.NodeOs.Rig.Archives;

/// <summary>What is wrong with an archive.</summary>
public enum ArchiveFault
{
    None,

    /// <summary>Connections are cut before anything is answered.</summary>
    Down,

    /// <summary>Everything is answered with 503.</summary>
    Unavailable,

    /// <summary>Nothing is ever answered.</summary>
    Hanging,

    /// <summary>Package files have the right length and a wrong byte.</summary>
    CorruptPackages,

    /// <summary>Indexes of packages have the right length and a wrong byte.</summary>
    CorruptIndexes,

    /// <summary><c>InRelease</c> was changed after it was signed.</summary>
    BadSignature,
}
