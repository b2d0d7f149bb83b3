using System.Collections.Immutable;
using Imago.Domain.Maintenance;

namespace Imago.Cli.Windows;

/// <summary>What is answered for one file.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Configuration">What it holds; null when it has problems.</param>
/// <param name="Windows">Its next effective windows.</param>
/// <param name="Problems">What is wrong with it.</param>
internal sealed record WindowsAnswer(string File, MaintenanceConfiguration? Configuration, ImmutableArray<Window> Windows, ImmutableArray<Problem> Problems);
