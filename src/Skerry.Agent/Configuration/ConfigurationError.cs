using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration;

/// <summary>One thing in the configuration that cannot be accepted.</summary>
/// <param name="Mark">Where it is written.</param>
/// <param name="Key">The key's full path, <c>gossip.bind</c>; empty when the file itself is wrong.</param>
/// <param name="Message">What was wrong.</param>
/// <param name="Allowed">What would be right; empty when the message says it.</param>
internal sealed record ConfigurationError(Mark Mark, string Key, string Message, string Allowed = "")
{
    public override string ToString() =>
        $"{Mark}: {(Key.Length > 0 ? Key + ": " : "")}{Message}{(Allowed.Length > 0 ? "; allowed: " + Allowed : "")}";
}
