using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry keygen</c></summary>
internal static class KeygenCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        return new Command("keygen", "Print a fresh mesh key: the same one goes into the key of every node's configuration.") { json }.Running(terminal, (parse, _) =>
        {
            terminal.Write(new KeyResult(MeshKey.Generate()), ResultJson.Readable.KeyResult, parse.GetValue(json), result => result.Key);
            return Task.FromResult(ExitCode.Success);
        });
    }
}
