using System.CommandLine;
using System.Globalization;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry group status|add|promote|demote|remove|transfer|recover</c></summary>
internal static class GroupCommand
{
    private const string Members = "v1/skerry/group/members/";

    public static Command Create(Terminal terminal) => new("group", "The members of the group that agrees on the manifest.")
    {
        Status(terminal),
        Change(terminal, "add", "Add a node as an observer; a server gets a vote when it has caught up.", "added", "{0} observes; a server gets a vote when it has been sound for a while.",
            (client, node, cancellation) => client.PutAsync(Members + node, cancellation)),
        Change(terminal, "promote", "Give an observer that has caught up a vote.", "promoted", "{0} votes.",
            (client, node, cancellation) => client.PutAsync($"{Members}{node}/promote", cancellation)),
        Change(terminal, "demote", "Take a member's vote; it has everything on.", "demoted", "{0} observes, and gets no vote by itself until it is promoted.",
            (client, node, cancellation) => client.PutAsync($"{Members}{node}/demote", cancellation)),
        Change(terminal, "remove", "Remove a member; it does not come back by itself.", "removed", "{0} is no member any more. Add it again with: skerry group add {0}",
            (client, node, cancellation) => client.DeleteAsync(Members + node, cancellation)),
        Change(terminal, "transfer", "Hand leadership to a server.", "leads", "{0} leads.",
            (client, node, cancellation) => client.PutAsync($"{Members}{node}/lead", cancellation)),
        Recover(terminal),
    };

    private static Command Status(Terminal terminal)
    {
        var json = Verb.Json();
        var group = Verb.Group("The members of this group.");
        return new Command("status", "Role, leader, log and state of each member.") { group, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var result = await Verb.OfGroupAsync(parse.GetValue(group), query =>
                client.GetAsync("v1/skerry/group" + (query.Length > 0 ? "?" + query : ""), ResultJson.Readable.GroupResult, cancellation));
            terminal.Write(result, ResultJson.Readable.GroupResult, parse.GetValue(json), Tabulate);
            if (!parse.GetValue(json)) await terminal.Error.WriteLineAsync(string.Join('\n', [Summary(result), .. Outside(result), .. result.Members.SelectMany(Warnings)]));
            return ExitCode.Success;
        });
    }

    private static Command Change(
        Terminal terminal, string name, string description, string done, string sentence, Func<AgentClient, string, CancellationToken, Task> change)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of the node." };
        return new Command(name, description) { node, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var named = parse.GetValue(node)!;
            await change(client, Uri.EscapeDataString(named), cancellation);
            terminal.Write(new OutcomeResult(done, [named]), ResultJson.Readable.OutcomeResult, parse.GetValue(json),
                result => string.Format(CultureInfo.InvariantCulture, sentence, result.Subjects[0]));
            return ExitCode.Success;
        });
    }

    private static Command Recover(Terminal terminal)
    {
        var json = Verb.Json();
        var lost = new Option<string[]>("--lost") { Description = "A server that is gone for good; once for each.", HelpName = "NODE" };
        var yes = new Option<bool>("--yes") { Description = "Do it. Without: say what would be." };
        var command = new Command("recover", "Bring the group back from the agent's node alone, after its majority was lost for good.") { lost, yes, json };
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var document = new RecoveryDocument(parse.GetValue(lost) ?? [], parse.GetValue(yes));
            var body = JsonSerializer.SerializeToUtf8Bytes(document, ApiJson.Default.RecoveryDocument);
            var answer = await client.AskAsync(HttpMethod.Put, "v1/skerry/group/recover", body, cancellation);
            var result = JsonSerializer.Deserialize(answer.Body, ResultJson.Readable.RecoveryResult)!;
            terminal.Write(result, ResultJson.Readable.RecoveryResult, parse.GetValue(json), Describe);
            return result.Done ? ExitCode.Success : ExitCode.Failed;
        });
    }

    private static string Describe(RecoveryResult recovery)
    {
        var (lost, others) = (string.Join(", ", recovery.Lost), string.Join(", ", recovery.Others));
        var begin = recovery.Others.Length == 0 ? "" : $"\n{others}: there, and of the old group. Stop each, remove the directory 'manifest' in its dataDirectory, and start it again: it joins anew.";
        return recovery.Done
            ? $"{recovery.Node} leads the group alone, with its log up to entry {recovery.Index}. New servers join by themselves.{begin}\n"
                + $"Never start {lost} again with the disks they have: remove the directory 'manifest' in their dataDirectory first."
            : $"""
                Nothing has been done. With --yes {recovery.Node} goes on alone, without {lost}:
                - It has the log up to entry {recovery.Index} of term {recovery.Term}, and knows it to be agreed on up to entry {recovery.Agreed}.
                - What {lost} have acknowledged beyond entry {recovery.Index} is lost: writes that clients were told were done may be missing.
                - Entries from {recovery.Agreed + 1} on become valid, though clients may have been told that they failed.
                - If one of {lost} runs again with its old disk, there are two groups of this name.{begin}
                """;
    }

    private static string Summary(GroupResult group) => group switch
    {
        { Leader: null } => $"Group {group.Group} has no leader: reads that may be stale go on, writes are refused.",
        { FailureTolerance: < 0 } => $"Group {group.Group} has lost its majority.",
        { FailureTolerance: 0, Members.Length: 1 } => $"Group {group.Group} has one member: it agrees as long as that one runs.",
        { FailureTolerance: 0 } => $"Group {group.Group} agrees, and stops agreeing if one more server fails.",
        _ => $"Group {group.Group} agrees, and goes on if {group.FailureTolerance} more of its servers {(group.FailureTolerance == 1 ? "fails" : "fail")}.",
    };

    private static IEnumerable<string> Outside(GroupResult group) => group.Outside is not { } node ? []
        : [$"WARNING: the node that was asked, {node}, was removed and is no member: it reads what it had then, and writes nothing. Add it again with: skerry group add {node}"];

    private static IEnumerable<string> Warnings(GroupMemberResult member)
    {
        foreach (var other in member.Differs ?? []) yield return $"WARNING: the state of {member.Node} is not like that of {other} at one entry of the log: one of the two is wrong. Their logs say what to do.";
        if (member.Unsafe) yield return $"WARNING: {member.Node} acknowledges what it has not flushed (--unsafe-no-fsync).";
    }

    private static Table Tabulate(GroupResult group) => new(
        ["NODE", "ROLE", "LEADER", "TERM", "INDEX", "LAG", "HEARD", "REACHABLE", "STATE"],
        [
            .. group.Members.Select(member => new[]
            {
                member.Node,
                member.Role,
                member.Leader ? "yes" : "-",
                member.Term == 0 ? "-" : $"{member.Term}",
                member.Index == 0 ? "-" : $"{member.Index}",
                member.Lag is { } lag ? $"{lag}" : "-",
                member.SilenceMilliseconds is { } silence ? string.Create(CultureInfo.InvariantCulture, $"{silence:0} ms ago") : "-",
                member.Reachable ? "yes" : "no",
                member.StateHash is { } hash ? $"{hash} at {member.StateIndex}" : "-",
            }),
        ]);
}
