namespace Skerry.Catalog;

/// <summary>Shares of traffic of an instance.</summary>
/// <param name="Passing">When all its checks pass; at least 1.</param>
/// <param name="Warning">When one warns; at least 0.</param>
public sealed record ServiceWeights(int Passing = 1, int Warning = 1);
