using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry relay list|add|remove</c></summary>
internal static class RelayCommand
{
    public static Command Create(Terminal terminal) => new("relay", "The relays of the tunnel.") { List(terminal), Add(terminal), Remove(terminal) };

    private static Command List(Terminal terminal)
    {
        var json = Verb.Json();
        return new Command("list", "The relays this node knows, and where it holds a place.") { json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var relays = (await client.GetAsync("v1/skerry/tunnel", ResultJson.Readable.TunnelResult, cancellation)).Relays;
            terminal.Write(relays, ResultJson.Readable.RelayResultArray, parse.GetValue(json), Tabulate);
            return ExitCode.Success;
        });
    }

    private static Command Add(Terminal terminal)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of the relay's node; this node's own makes it a relay." };
        var addresses = new Argument<string[]>("ADDRESS") { Description = $"Where it is reached: {TunnelAddress.Allowed}. None: where it says itself.", Arity = ArgumentArity.ZeroOrMore };
        addresses.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!TunnelAddress.TryParse(token.Value, out _)) result.AddError($"'{token.Value}' is no address of the tunnel; allowed: {TunnelAddress.Allowed}");
            }
        });
        node.Validators.Add(result =>
        {
            if (!NodeConfiguration.IsName(result.Tokens[0].Value)) result.AddError($"'{result.Tokens[0].Value}' is no node's name; allowed: {NodeConfiguration.NameAllowed}");
        });
        return new Command("add", "Prefer a relay, until the agent ends or the relays in its file change.") { node, addresses, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var name = parse.GetValue(node)!;
            var document = new RelayDocument([.. parse.GetValue(addresses)!.Select(text => TunnelAddress.TryParse(text, out var address) ? address.ToString() : text)]);
            await client.PutAsync("v1/skerry/relays/" + Uri.EscapeDataString(name), document, ApiJson.Default.RelayDocument, cancellation);
            terminal.Write(new OutcomeResult("relay added", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"{done.Subjects[0]} is preferred as a relay.");
            return ExitCode.Success;
        });
    }

    private static Command Remove(Terminal terminal)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of the relay's node; this node's own makes it cease to be one." };
        return new Command("remove", "Prefer a relay no more, until the agent ends or the relays in its file change.") { node, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var name = parse.GetValue(node)!;
            await client.DeleteAsync("v1/skerry/relays/" + Uri.EscapeDataString(name), cancellation);
            terminal.Write(new OutcomeResult("relay removed", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"{done.Subjects[0]} is preferred no more.");
            return ExitCode.Success;
        });
    }

    private static Table Tabulate(RelayResult[] relays) => new(
        ["NODE", "ZONE", "RTT", "LOAD", "HELD", "NAMED", "STATE"],
        [
            .. relays.Select(relay => new[]
            {
                relay.Node, relay.Zone, TunnelCommand.Milliseconds(relay.Milliseconds), $"{relay.Load} %", relay.ReservedUntil is null ? "no" : "yes", relay.Preferred ? "yes" : "no",
                relay.Failure ?? (relay.Milliseconds is null ? "not connected" : "well"),
            }),
        ]);
}
