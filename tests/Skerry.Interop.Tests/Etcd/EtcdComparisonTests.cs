using System.Text.RegularExpressions;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>The same commands to Skerry and to etcd, and the same answers from both, word for word: only numbers that must differ are left out.</summary>
public sealed partial class EtcdComparisonTests
{
    [Fact]
    public async Task Etcdctl_is_answered_as_etcd_answers_it()
    {
        await using var ours = await EtcdDoor.StartAsync();
        await using var theirs = await RealEtcd.StartAsync();
        var lines = await File.ReadAllLinesAsync(Path.Combine(NodePackages.FolderOf("Etcd"), "commands.txt"));
        var differences = new List<string>();
        var (ourLease, theirLease) = ("0", "0");
        foreach (var line in lines.Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            var (arguments, input) = Parse(line);
            var answers = await Task.WhenAll(RunAsync(ours.Address, input, arguments, ourLease), RunAsync(theirs.Address, input, arguments, theirLease));
            if (Granted().Match(answers[0].Output) is { Success: true } ourGrant) ourLease = ourGrant.Groups[1].Value;
            if (Granted().Match(answers[1].Output) is { Success: true } theirGrant) theirLease = theirGrant.Groups[1].Value;
            var (our, their) = (Normal(answers[0], ours.Address), Normal(answers[1], theirs.Address));
            if (our != their) differences.Add($"{line}\n  Skerry: {our}\n  etcd:   {their}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Theory]
    [InlineData(2, "watch", "w1", "--rev", "2")]
    [InlineData(2, "watch", "w1", "--rev", "4", "--prev-kv")]
    [InlineData(3, "watch", "w", "--prefix", "--rev", "3")]
    [InlineData(2, "watch", "w1", "w2", "--rev", "4")]
    [InlineData(1, "watch", "w2", "--rev", "4", "-w", "json")]
    [InlineData(4, "watch", "", "--prefix", "--rev", "3", "--prev-kv")]
    public async Task Watches_from_the_past_print_what_etcd_prints(int events, params string[] arguments)
    {
        await using var ours = await EtcdDoor.StartAsync();
        await using var theirs = await RealEtcd.StartAsync();
        var told = new List<string>();
        foreach (var address in new[] { ours.Address, theirs.Address })
        {
            foreach (var command in new[] { "put w1 1", "put w1 2", "del w1", "put w2 3", "put w1 4" }) await EtcdCtl.RunAsync(address, null, command.Split(' '));
            await using var watch = EtcdCtl.Start(address, arguments);
            var lines = arguments.Contains("json") ? 1 : events * 3;
            told.Add(Numbers().Replace(string.Join('\n', await watch.LinesAsync(lines)), "$1:N"));
        }

        Assert.Equal(told[1], told[0]);
    }

    private static Task<EtcdCtl.Answer> RunAsync(string address, string? input, string[] arguments, string lease) =>
        EtcdCtl.RunAsync(address, input, [.. arguments.Select(argument => argument.Replace("LEASE", lease, StringComparison.Ordinal))]);

    private static (string[] Arguments, string? Input) Parse(string line)
    {
        var parts = line.Split(" <<< ");
        var arguments = Word().Matches(parts[0]).Select(word => word.Value.Trim('"')).ToArray();
        return (arguments, parts.Length > 1 ? parts[1].Replace("\\n", "\n", StringComparison.Ordinal) : null);
    }

    private static string Normal(EtcdCtl.Answer answer, string address)
    {
        var text = answer.ToString().Replace(address, "ADDRESS", StringComparison.Ordinal);
        text = Noise().Replace(text, "");
        text = Numbers().Replace(text, "$1:N");
        return LongId().Replace(text, "ID");
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex("lease ([0-9a-f]+) granted")]
    private static partial Regex Granted();

    /// <summary>The client's own log of what it tried again, and times.</summary>
    [GeneratedRegex("\\{\"level\":\"warn\".*\\n|took = \\S+")]
    private static partial Regex Noise();

    [GeneratedRegex("(\"(?:cluster_id|member_id|raft_term|ID|ClusterID|MemberID|RaftTerm)\" ?): ?\\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex("\\b[0-9a-f]{15,16}\\b")]
    private static partial Regex LongId();
}
