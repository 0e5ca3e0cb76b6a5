using Skerry.Primitives;
using Skerry.Raft;

namespace Skerry.Manifest.Core.Autopilot;

/// <summary>
/// What a leader changes of its group's members so that they are those that are there: newcomers observe, servers get a vote when they have been sound for a while,
/// a node whose disk was replaced takes its own place, who failed for long goes. One step at a time, and none that could cost the majority. Whom an operator has changed stays as he said.
/// </summary>
/// <param name="options">How long, how many.</param>
internal sealed class AutopilotCore(ManifestGroupOptions options)
{
    // By member: since when it is there, or gone, without a break.
    private readonly Dictionary<ulong, Instant> _soundSince = [];
    private readonly Dictionary<ulong, Instant> _goneSince = [];

    /// <summary>When <see cref="Next"/> may have something else to say though nothing else has changed.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>This node leads no more, or anew: what was measured counts no more.</summary>
    public void Reset()
    {
        _soundSince.Clear();
        _goneSince.Clear();
        NextDeadline = Instant.Never;
    }

    /// <summary>The next step; empty: there is none now.</summary>
    /// <param name="members">The members as the leader sees them.</param>
    /// <param name="seen">Who says that it takes part, and has been welcomed or belongs to this group.</param>
    /// <param name="self">The leader's id.</param>
    /// <param name="rules">What to go by.</param>
    /// <param name="now">This moment.</param>
    public IReadOnlyList<RaftMemberChange> Next(IReadOnlyList<RaftMemberStatus> members, IReadOnlyList<GroupServer> seen, ulong self, AutopilotRules rules, Instant now)
    {
        var alive = seen.Where(server => server.IsAlive).OrderBy(server => server.Node, StringComparer.Ordinal).ToList();
        Watch(members, alive, self, rules, now);
        if (Newcomer(members, alive, rules) is { Count: > 0 } added) return added;
        if (Promotion(members, alive, rules, now) is { } promoted) return [promoted];
        if (Demotion(members, alive, self, rules) is { } demoted) return [demoted];
        return Removal(members, alive, self, rules, now) is { } removed ? [removed] : [];
    }

    /// <summary>Since when members have been there and sound without a break; the leader is not among them.</summary>
    public IReadOnlyDictionary<ulong, Instant> SoundSince => _soundSince;

    private static List<RaftMemberChange> Newcomer(IReadOnlyList<RaftMemberStatus> members, List<GroupServer> alive, AutopilotRules rules)
    {
        var changes = new List<RaftMemberChange>();
        if (alive.Find(server => members.All(member => member.Id != server.Id) && !rules.Pins.Contains(server.Id)) is not { } newcomer) return changes;
        changes.Add(new RaftMemberChange(RaftMemberChangeKind.Add, newcomer.Id, newcomer.Node));
        // Its name on another disk: that one is gone, since a name is there once.
        changes.AddRange(members.Where(member => member.Node == newcomer.Node).Select(member => new RaftMemberChange(RaftMemberChangeKind.Remove, member.Id)));
        return changes;
    }

    private RaftMemberChange? Promotion(IReadOnlyList<RaftMemberStatus> members, List<GroupServer> alive, AutopilotRules rules, Instant now)
    {
        if (members.Count(member => member.Role == RaftMemberRole.Voter) >= options.MaxVoters) return null;
        var ready = members.FirstOrDefault(member => member.Role == RaftMemberRole.Observer && IsServer(member.Id, alive) && !rules.Pins.Contains(member.Id)
            && _soundSince.TryGetValue(member.Id, out var since) && now - since >= rules.Settings.ServerStabilizationTime);
        return ready is null ? null : new RaftMemberChange(RaftMemberChangeKind.Promote, ready.Id);
    }

    private static RaftMemberChange? Demotion(IReadOnlyList<RaftMemberStatus> members, List<GroupServer> alive, ulong self, AutopilotRules rules)
    {
        var voters = members.Where(member => member.Role == RaftMemberRole.Voter).ToList();
        var unwanted = voters.Find(member => member.Id != self && !rules.Pins.Contains(member.Id) && alive.Exists(server => server.Id == member.Id && server.Role == GroupRole.Observer));
        return unwanted is not null && KeepsMajority(voters, unwanted.Id, alive, self) ? new RaftMemberChange(RaftMemberChangeKind.Demote, unwanted.Id) : null;
    }

    private RaftMemberChange? Removal(IReadOnlyList<RaftMemberStatus> members, List<GroupServer> alive, ulong self, AutopilotRules rules, Instant now)
    {
        if (!rules.Settings.CleanupDeadServers) return null;
        var voters = members.Where(member => member.Role == RaftMemberRole.Voter).ToList();
        var least = Math.Max(options.BootstrapExpect, rules.Settings.MinQuorum);
        var gone = members.Where(member => _goneSince.TryGetValue(member.Id, out var since) && now - since >= options.Grace)
            .Where(member => member.Role == RaftMemberRole.Observer || (voters.Count > least && KeepsMajority(voters, member.Id, alive, self)))
            .Select(member => member.Id).FirstOrDefault();
        return gone == 0 ? null : new RaftMemberChange(RaftMemberChangeKind.Remove, gone);
    }

    /// <summary>Whether a majority of the voters that would be left is there.</summary>
    private static bool KeepsMajority(List<RaftMemberStatus> voters, ulong without, List<GroupServer> alive, ulong self)
    {
        var left = voters.Where(member => member.Id != without).ToList();
        return left.Count(member => member.Id == self || alive.Exists(server => server.Id == member.Id)) > left.Count / 2;
    }

    private static bool IsServer(ulong id, List<GroupServer> alive) => alive.Exists(server => server.Id == id && server.Role == GroupRole.Server);

    private void Watch(IReadOnlyList<RaftMemberStatus> members, List<GroupServer> alive, ulong self, AutopilotRules rules, Instant now)
    {
        foreach (var old in _soundSince.Keys.Concat(_goneSince.Keys).Where(id => members.All(member => member.Id != id)).ToList())
        {
            _soundSince.Remove(old);
            _goneSince.Remove(old);
        }

        NextDeadline = Instant.Never;
        foreach (var member in members.Where(member => member.Id != self))
        {
            var isThere = alive.Exists(server => server.Id == member.Id);
            if (isThere) _goneSince.Remove(member.Id);
            if (!isThere || !IsSound(member, rules)) _soundSince.Remove(member.Id);
            if (isThere && !IsSound(member, rules)) continue;
            var since = isThere ? _soundSince : _goneSince;
            since.TryAdd(member.Id, now);
            var due = since[member.Id] + (isThere ? rules.Settings.ServerStabilizationTime : options.Grace);
            if (due > now) NextDeadline = Instant.Min(NextDeadline, due);
        }
    }

    private static bool IsSound(RaftMemberStatus member, AutopilotRules rules) =>
        (member.Silence is not { } silence || silence <= rules.Settings.LastContactThreshold)
        && member.Match + (ulong)Math.Max(0, rules.Settings.MaxTrailingLogs) >= Math.Min(member.Due, rules.LastIndex);
}
