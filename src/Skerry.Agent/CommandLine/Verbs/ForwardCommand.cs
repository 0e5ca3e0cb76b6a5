using System.CommandLine;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry forward [SERVICE[@GROUP]]</c></summary>
internal static class ForwardCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var target = new Argument<string?>("SERVICE[@GROUP]") { Description = "The service, and the group whose instances are wanted. Absent: list the node's forwards.", Arity = ArgumentArity.ZeroOrOne };
        var listen = new Option<string?>("--listen") { Description = "Where clients connect to; a port alone is one of 127.0.0.1. Absent: a free port.", HelpName = "ADDRESS:PORT" };
        var network = new Option<string>("--network") { Description = "What the service speaks.", DefaultValueFactory = _ => "tcp" };
        network.AcceptOnlyFromAmong("tcp", "udp");
        var policy = new Option<string>("--policy") { Description = "Which instance gets the next connection.", DefaultValueFactory = _ => "nearest" };
        policy.AcceptOnlyFromAmong("nearest", "roundRobin", "leastConnections", "clientAddress");
        var command = new Command("forward", "Open a local address that leads to a service, until Ctrl+C; or list those there are.") { target, listen, network, policy, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(target) is null && result.GetValue(listen) is not null) result.AddError("--listen needs the SERVICE to forward to.");
            else if (result.GetValue(target) is { } text && (text.StartsWith('@') || text.EndsWith('@'))) result.AddError($"'{text}' is not SERVICE or SERVICE@GROUP.");
        });
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            if (parse.GetValue(target) is not { } name) return await ListAsync(terminal, client, parse.GetValue(json), cancellation);
            var parts = name.Split('@', 2);
            var wanted = new ForwardDocument(parts[0], parts.Length > 1 ? parts[1] : "", AddressOf(parse.GetValue(listen)), parse.GetValue(network)!, parse.GetValue(policy)!);
            return await HoldAsync(terminal, client, wanted, parse.GetValue(json), cancellation);
        });
    }

    private static string AddressOf(string? listen) => listen is null ? "127.0.0.1:0" : listen.All(char.IsAsciiDigit) ? "127.0.0.1:" + listen : listen;

    private static async Task<int> ListAsync(Terminal terminal, AgentClient client, bool asJson, CancellationToken cancellation)
    {
        var forwards = await client.GetAsync("v1/skerry/forwards", ResultJson.Readable.ForwardResultArray, cancellation);
        terminal.Write(forwards, ResultJson.Readable.ForwardResultArray, asJson, Tabulate);
        return ExitCode.Success;
    }

    /// <summary>The forward lasts as long as the request does: it goes with this process, however that ends.</summary>
    private static async Task<int> HoldAsync(Terminal terminal, AgentClient client, ForwardDocument wanted, bool asJson, CancellationToken cancellation)
    {
        await foreach (var line in client.PutLinesAsync("v1/skerry/forwards?hold", wanted, ApiJson.Default.ForwardDocument, cancellation))
        {
            if (line.Length == 0) continue;
            var forward = JsonSerializer.Deserialize(line, ResultJson.Readable.ForwardResult)!;
            terminal.Write(forward, ResultJson.Readable.ForwardResult, asJson, Describe);
            await terminal.Output.FlushAsync(cancellation);
        }

        throw new CommandFailedException(ExitCode.Unreachable, "The agent ended, and the forward with it.");
    }

    private static string Describe(ForwardResult forward) =>
        $"{Target(forward)} is at {forward.Address} ({forward.Network}) until Ctrl+C."
        + (forward.Instances > 0 ? "" : $" Note: no healthy instance of {Target(forward)} is known now; until there is one, whoever connects gets nothing.");

    private static string Target(ForwardResult forward) => forward.Group.Length > 0 ? $"{forward.Service}@{forward.Group}" : forward.Service;

    private static Table Tabulate(ForwardResult[] forwards) => new(
        ["ID", "SERVICE", "NETWORK", "ADDRESS", "POLICY", "INSTANCES", "OPEN", "OPENED", "FAILED", "FROM"],
        [
            .. forwards.Select(forward => new[]
            {
                forward.Id, Target(forward), forward.Network, forward.Address, forward.Policy,
                $"{forward.Instances}", $"{forward.Open}", $"{forward.Opened}", $"{forward.Failed}", forward.Configured ? "configuration" : "request",
            }),
        ]);
}
