using System.CommandLine;
using System.Net;

using Skerry.Agent.Demo;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry demo-service</c>: an instance of the demo's service; started by the demo.</summary>
internal static class DemoServiceCommand
{
    public static Command Create(Terminal terminal)
    {
        var node = new Option<string>("--node") { Required = true };
        var listen = new Option<string>("--listen") { Required = true };
        var directory = ParentOption();
        return new Command("demo-service", "An instance of the demo's service.") { node, listen, directory }.AsHidden().Running(terminal, async (parse, cancellation) =>
        {
            if (parse.GetValue(directory) is { } path) ParentWatch.Begin(path);
            await DemoService.RunAsync(parse.GetValue(node)!, IPEndPoint.Parse(parse.GetValue(listen)!), cancellation);
            return ExitCode.Success;
        });
    }

    /// <summary>For processes that end with the demo, and remove its directory.</summary>
    public static Option<string?> ParentOption() => new("--end-with-parent") { Hidden = true };

    private static Command AsHidden(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
