using System.CommandLine;
using System.Globalization;
using System.Text;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry why NODE</c></summary>
internal static class WhyCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of a node of the mesh." };
        return new Command("why", "How a node would be reached now, what was tried, what failed and when.") { node, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var report = await client.GetAsync("v1/skerry/tunnel/why/" + Uri.EscapeDataString(parse.GetValue(node)!), ResultJson.Readable.WhyResult, cancellation);
            terminal.Write(report, ResultJson.Readable.WhyResult, parse.GetValue(json), Describe);
            return ExitCode.Success;
        });
    }

    private static string Describe(WhyResult report)
    {
        var text = new StringBuilder();
        text.AppendLine(report.Path is { } path
            ? $"{report.Node} is connected, {path.Path}, {At(path.Address)} ({TunnelCommand.Milliseconds(path.Milliseconds)}; sessions: {path.Sessions})."
            : report.Addresses.Length > 0 ? $"{report.Node} is not connected; it would be looked for at the addresses below." : $"{report.Node} is not connected, and nobody has said where it is. Is the name right? See those that are known with: skerry members --all-groups");
        // Where credentials are believed, a node's peer id is known when it is connected, and not before.
        if (report.Peer.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"Its peer id is {report.Peer}.");
        if (report.Addresses.Length > 0) text.AppendLine("\nIt is said to be at").AppendJoin('\n', report.Addresses.Select(address => "  " + address)).AppendLine();
        if (report.Attempts.Length > 0) text.AppendLine("\nTried lately, the newest first");
        foreach (var attempt in report.Attempts)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {attempt.At.ToLocalTime():HH:mm:ss}  {attempt.Milliseconds,7:0} ms  {TunnelWay.Describe(attempt.Address)}: {Outcome(attempt)}");
        return text.ToString().TrimEnd();
    }

    private static string At(string address) => TunnelWay.RelayOf(address) is null ? "at " + TunnelWay.Describe(address) : TunnelWay.Describe(address);

    /// <summary>What failed names its address too, most of the time.</summary>
    private static string Outcome(AttemptResult attempt)
    {
        var failure = attempt.Failure ?? "reached";
        var address = TunnelWay.Dialled(attempt.Address);
        return failure.StartsWith(address + " ", StringComparison.Ordinal) ? failure[(address.Length + 1)..] : failure;
    }
}
