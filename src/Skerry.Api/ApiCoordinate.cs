using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>A network coordinate as Consul shows it, in seconds.</summary>
/// <param name="Vec">Eight Euclidean components.</param>
/// <param name="Error">0 (sure) to 1.5 (fresh).</param>
/// <param name="Adjustment">Offset that corrects the model.</param>
/// <param name="Height">Distance to the core network.</param>
public sealed record ApiCoordinate(ImmutableArray<double> Vec, double Error, double Adjustment, double Height);
