using System.Runtime.Versioning;

// The tests look at file modes, which only Unix has.
[assembly: UnsupportedOSPlatform("windows")]
