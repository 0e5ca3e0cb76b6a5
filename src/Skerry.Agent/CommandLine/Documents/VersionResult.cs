namespace Skerry.Agent.CommandLine.Documents;

/// <summary>Which Skerry this is.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Commit">What it was built from; empty when unknown.</param>
/// <param name="Runtime">What it runs on.</param>
internal sealed record VersionResult(string Version, string Commit, string Runtime);
