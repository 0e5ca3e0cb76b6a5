using System.CommandLine;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv get|put|delete|list|watch|lock</c></summary>
internal static class KvCommand
{
    public static Command Create(Terminal terminal) => new("kv", "The keys that the group agrees on.")
    {
        KvGetCommand.Create(terminal),
        KvPutCommand.Create(terminal),
        KvDeleteCommand.Create(terminal),
        KvListCommand.Create(terminal),
        KvWatchCommand.Create(terminal),
        KvLockCommand.Create(terminal),
    };

    public static Argument<string> Key() => new("KEY") { Description = "Name of the key." };

    public static Option<string?> Group() => Verb.Group("The keys of another group.");

    public static Option<bool> Stale() => new("--stale") { Description = "What the agent's node knows will do: perhaps older, and also without a majority." };

    /// <summary>Parameters of a read.</summary>
    public static List<string> Parameters(bool isStale, bool isTree)
    {
        var parameters = new List<string>();
        if (isStale) parameters.Add("stale");
        if (isTree) parameters.Add("recurse");
        return parameters;
    }
}
