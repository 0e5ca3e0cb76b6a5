using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry members</c></summary>
internal static class MembersCommand
{
    private static readonly string[] Statuses = ["none", "alive", "leaving", "left", "failed", "unreachable"];

    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var status = new Option<string[]>("--status") { Description = "Only members that are alive, leaving, left, failed or, in another group, unreachable.", AllowMultipleArgumentsPerToken = true };
        status.AcceptOnlyFromAmong(Statuses[1..]);
        var group = Verb.Group("Members of this group.");
        var all = new Option<bool>("--all-groups") { Description = "Members of all groups known." };
        var command = new Command("members", "List the members of the group as the agent sees them.") { status, group, all, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(group) is not null && result.GetValue(all)) result.AddError("--group and --all-groups exclude each other.");
        });
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var members = (await ReadAsync(client, parse.GetValue(group), parse.GetValue(all), cancellation))
                .Where(member => parse.GetValue(status) is not { Length: > 0 } wanted || wanted.Contains(member.Status))
                .ToArray();
            terminal.Write(members, ResultJson.Readable.MemberResultArray, parse.GetValue(json), Tabulate);
            return ExitCode.Success;
        });
    }

    private static async Task<IEnumerable<MemberResult>> ReadAsync(AgentClient client, string? group, bool isAll, CancellationToken cancellation)
    {
        if (group is null && !isAll) return (await client.GetAsync("v1/agent/members", ApiJson.Default.ApiMemberDocumentArray, cancellation)).Select(Read);
        var members = await Verb.OfGroupAsync(group, query =>
            client.GetAsync("v1/skerry/members" + (isAll ? "?all-groups" : "?" + query), ApiJson.Default.ApiGroupMemberDocumentArray, cancellation));
        return members.Select(member =>
            new MemberResult(member.Name, member.Address, member.Status, new SortedDictionary<string, string>(member.Tags, StringComparer.Ordinal) { ["group"] = member.Group }));
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
