using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry members</c></summary>
internal static class MembersCommand
{
    private static readonly string[] Statuses = ["none", "alive", "leaving", "left", "failed"];

    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var status = new Option<string[]>("--status") { Description = "Only members that are alive, leaving, left or failed.", AllowMultipleArgumentsPerToken = true };
        status.AcceptOnlyFromAmong(Statuses[1..]);
        return new Command("members", "List the members of the group as the agent sees them.") { status, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var members = (await client.GetAsync("v1/agent/members", ApiJson.Default.ApiMemberDocumentArray, cancellation))
                .Select(Read)
                .Where(member => parse.GetValue(status) is not { Length: > 0 } wanted || wanted.Contains(member.Status))
                .ToArray();
            terminal.Write(members, ResultJson.Readable.MemberResultArray, parse.GetValue(json), Tabulate);
            return ExitCode.Success;
        });
    }

    private static MemberResult Read(ApiMemberDocument member) => new(
        member.Name,
        member.Addr.Contains(':', StringComparison.Ordinal) ? $"[{member.Addr}]:{member.Port}" : $"{member.Addr}:{member.Port}",
        member.Status >= 0 && member.Status < Statuses.Length ? Statuses[member.Status] : "unknown",
        new SortedDictionary<string, string>(member.Tags, StringComparer.Ordinal));

    private static Table Tabulate(MemberResult[] members) => new(
        ["NODE", "ADDRESS", "STATUS", "GROUP", "VERSION", "TAGS"],
        [
            .. members.Select(member => new[]
            {
                member.Name,
                member.Address,
                member.Status,
                member.Tags.GetValueOrDefault("group", ""),
                member.Tags.GetValueOrDefault("skerry", "-"),
                string.Join(",", member.Tags.Where(tag => tag.Key is not ("group" or "skerry" or "id")).Select(tag => $"{tag.Key}={tag.Value}")),
            }),
        ]);
}
