namespace Skerry.Agent.CommandLine.Documents;

/// <summary>An instance as <c>skerry services NAME</c> prints it.</summary>
/// <param name="Node">The node it runs on.</param>
/// <param name="Id">Unique on its node.</param>
/// <param name="Address">Where to connect.</param>
/// <param name="Port">Where to connect.</param>
/// <param name="Status">The worst of its checks and its node's.</param>
/// <param name="Tags">Its labels.</param>
/// <param name="Exported">Whether other groups see it.</param>
/// <param name="Problem">What the worst check says; empty when all pass.</param>
internal sealed record InstanceResult(string Node, string Id, string Address, int Port, string Status, string[] Tags, bool Exported, string Problem);
