using System.CommandLine;
using System.Globalization;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry tunnel status|peers|paths</c></summary>
internal static class TunnelCommand
{
    public static Command Create(Terminal terminal) => new("tunnel", "How this node reaches others, and others it.")
    {
        Asking("status", "Addresses, relays and what is carried.", terminal, Describe),
        Asking("peers", "The nodes that are connected, each by its best path.", terminal, tunnel => Tabulate(tunnel, [.. tunnel.Paths.GroupBy(path => path.Peer).Select(Best)])),
        Asking("paths", "Every connection.", terminal, tunnel => Tabulate(tunnel, tunnel.Paths)),
    };

    /// <summary>Milliseconds for people.</summary>
    public static string Milliseconds(double? value) => value is > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ms") : "-";

    private static Command Asking(string name, string description, Terminal terminal, Func<TunnelResult, object> show)
    {
        var json = Verb.Json();
        return new Command(name, description) { json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var tunnel = await client.GetAsync("v1/skerry/tunnel", ResultJson.Readable.TunnelResult, cancellation);
            if (show(tunnel) is Table table) terminal.Write(tunnel, ResultJson.Readable.TunnelResult, parse.GetValue(json), _ => table);
            else terminal.Write(tunnel, ResultJson.Readable.TunnelResult, parse.GetValue(json), _ => (string)show(tunnel));
            return ExitCode.Success;
        });
    }

    private static PathResult Best(IEnumerable<PathResult> paths) => paths.OrderBy(path => path.Path, StringComparer.Ordinal).ThenBy(path => path.Milliseconds).First();

    private static Table Tabulate(TunnelResult tunnel, PathResult[] paths) => new(
        ["NODE", "PATH", "THROUGH", "RTT", "SESSIONS", "DIALLED BY", "SECURITY", "ADDRESS"],
        [
            .. paths.OrderBy(path => path.Node, StringComparer.Ordinal).Select(path => new[]
            {
                path.Node ?? path.Peer, path.Path, RelayOf(tunnel, path) ?? "-", Milliseconds(path.Milliseconds), $"{path.Sessions}", path.Dialled ? "us" : "them", path.Security,
                TunnelWay.Dialled(path.Address),
            }),
        ]);

    /// <summary>The node of the relay on the way, which is always connected itself; its peer id, when it has not said who it is.</summary>
    private static string? RelayOf(TunnelResult tunnel, PathResult path) =>
        TunnelWay.RelayOf(path.Address) is { } relay ? tunnel.Paths.FirstOrDefault(other => other.Peer == relay)?.Node ?? relay : null;

    private static string Describe(TunnelResult tunnel) => $"""
        Node       {tunnel.Node}
        Peer id    {tunnel.Peer}
        Listens    {Lines([.. tunnel.Listening.Select(TunnelWay.Describe)], "nowhere: it takes no connections in")}
        Announced  {Lines([.. tunnel.Announced.Select(TunnelWay.Describe).Distinct()], "nothing: nobody is told how to reach it")}
        Relay      {(tunnel.Relay ? "yes, it carries traffic for others" : "no")}
        Held at    {Lines([.. tunnel.Relays.Where(relay => relay.ReservedUntil is not null).Select(relay => $"{relay.Node} ({Milliseconds(relay.Milliseconds)})")], "no relay")}
        Paths      {tunnel.Paths.Count(path => path.Path == "direct")} direct, {tunnel.Paths.Count(path => path.Path == "relayed")} relayed
        Sessions   {tunnel.Sessions}
        """;

    private static string Lines(string[] values, string none) => values.Length == 0 ? none : string.Join("\n           ", values);
}
