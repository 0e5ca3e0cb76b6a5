using System.CommandLine;
using System.Runtime.InteropServices;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry version</c></summary>
internal static class VersionCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        return new Command("version", "Print the version.") { json }.Running(terminal, (parse, _) =>
        {
            var result = new VersionResult(ProgramVersion.Number, ProgramVersion.Commit, RuntimeInformation.FrameworkDescription);
            terminal.Write(result, ResultJson.Readable.VersionResult, parse.GetValue(json),
                version => $"skerry {version.Version} ({(version.Commit.Length > 0 ? version.Commit[..Math.Min(12, version.Commit.Length)] + ", " : "")}{version.Runtime})");
            return Task.FromResult(ExitCode.Success);
        });
    }
}
