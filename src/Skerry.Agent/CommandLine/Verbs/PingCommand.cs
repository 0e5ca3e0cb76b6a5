using System.CommandLine;
using System.Globalization;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry ping NODE</c></summary>
internal static class PingCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of a node of the mesh." };
        var count = new Option<int>("--count", "-c") { Description = "How many round trips; 0: until Ctrl+C.", DefaultValueFactory = _ => 3 };
        return new Command("ping", "Measure round trips to a node through the tunnel, and say by which path.") { node, count, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var name = parse.GetValue(node)!;
            for (var i = 0; parse.GetValue(count) == 0 || i < parse.GetValue(count); i++)
            {
                if (i > 0) await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                var result = await client.GetAsync("v1/skerry/tunnel/ping/" + Uri.EscapeDataString(name), ResultJson.Readable.PingResult, cancellation);
                terminal.Write(result, ResultJson.Readable.PingResult, parse.GetValue(json), Describe);
                await terminal.Output.FlushAsync(cancellation);
            }

            return ExitCode.Success;
        });
    }

    private static string Describe(PingResult result) => string.Create(CultureInfo.InvariantCulture, $"{result.Node}: {result.Milliseconds:0.00} ms, {result.Path} {(TunnelWay.RelayOf(result.Address) is null ? "at " : "")}{TunnelWay.Describe(result.Address)}");
}
