namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A service as <c>skerry services</c> prints it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Instances">How many there are.</param>
/// <param name="Passing">How many of them pass.</param>
/// <param name="Warning">How many warn.</param>
/// <param name="Critical">How many get no traffic.</param>
/// <param name="Exported">How many other groups see.</param>
/// <param name="Tags">Every tag any of them has.</param>
internal sealed record ServiceResult(string Name, int Instances, int Passing, int Warning, int Critical, int Exported, string[] Tags);
