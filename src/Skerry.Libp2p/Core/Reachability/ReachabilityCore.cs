using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Reachability;

/// <summary>
/// What several servers have found out about this node's addresses, and when to ask them again. Of each server its last word counts; a server that got through
/// before must fail twice, since a call may fail for many reasons. A proof, or as many words as are wanted and the majority, decides about an address. About the
/// node the widest addresses decide: that a neighbour gets through in the LAN says nothing where there is a public address that nobody reaches.
/// </summary>
/// <param name="confirmations">Words that are wanted. 1 or more.</param>
/// <param name="interval">Between two rounds; what was found out holds for twice as long. Zero: no rounds by itself, and an hour.</param>
internal sealed class ReachabilityCore(int confirmations, TimeSpan interval)
{
    /// <summary>After something has changed more changes often follow.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    /// <summary>Between two rounds while nothing is known, or something is in doubt.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <summary>Addresses asked about.</summary>
    public const int MaxAddresses = 4;

    /// <summary>Servers whose word about an address is kept.</summary>
    public const int MaxServers = 16;

    private readonly TimeSpan _validity = interval > TimeSpan.Zero ? 2 * interval : TimeSpan.FromHours(1);
    private readonly List<(Multiaddr Address, AddressScope Scope, List<Word> Words)> _addresses = [];
    private Instant _due = Instant.Never;
    private Instant _last = Instant.Origin - TimeSpan.FromDays(1);

    /// <summary>What is to be asked about, the widest first.</summary>
    public IReadOnlyList<Multiaddr> Candidates => [.. _addresses.Select(one => one.Address)];

    /// <summary>When <see cref="TryBegin"/> says yes, or a word expires.</summary>
    public Instant NextDeadline => _addresses.SelectMany(one => one.Words).Select(word => word.At + _validity).Append(_due).Min();

    /// <summary>Whether others reach this node.</summary>
    public Libp2p.Reachability Overall
    {
        get
        {
            var widest = _addresses.Count == 0 ? AddressScope.None : _addresses.Max(one => RankOf(one.Scope));
            var verdicts = _addresses.Where(one => RankOf(one.Scope) == widest).Select(one => Judge(one.Words).Reachability).ToArray();
            if (verdicts.Contains(Libp2p.Reachability.Public)) return Libp2p.Reachability.Public;
            return verdicts.Length > 0 && verdicts.All(verdict => verdict == Libp2p.Reachability.Private) ? Libp2p.Reachability.Private : Libp2p.Reachability.Unknown;
        }
    }

    /// <summary>The same, for each address.</summary>
    public IEnumerable<AddressReachability> Addresses => _addresses.Select(one => Judge(one.Words) with { Address = one.Address });

    /// <summary>These may be the node's addresses now; the first of each kind go first.</summary>
    /// <returns>Whether that is news.</returns>
    public bool SetCandidates(IEnumerable<Multiaddr> candidates, Instant now)
    {
        var chosen = candidates
            .Select(address => (Address: address, Scope: ScopeOf(address)))
            .Where(one => one.Scope != AddressScope.None && one.Address.Parts.Count == 2)
            .OrderByDescending(one => RankOf(one.Scope))
            .DistinctBy(one => one.Address)
            .Take(MaxAddresses)
            .ToArray();
        var isNews = !chosen.Select(one => one.Address).ToHashSet().SetEquals(Candidates);
        var known = _addresses.ToDictionary(one => one.Address, one => one.Words);
        _addresses.Clear();
        _addresses.AddRange(chosen.Select(one => (one.Address, one.Scope, known.GetValueOrDefault(one.Address, []))));
        if (isNews) Hurry(Settle, now);
        return isNews;
    }

    /// <summary>There is a server to ask that was not there before.</summary>
    public void ServerMet(Instant now)
    {
        if (Overall == Libp2p.Reachability.Unknown) Hurry(Settle, now);
    }

    /// <summary>Whether a round is due; it begins.</summary>
    public bool TryBegin(Instant now)
    {
        Expire(now);
        if (now < _due) return false;
        _last = now;
        _due = interval > TimeSpan.Zero ? now + interval : Instant.Never;
        return true;
    }

    /// <summary>A server has called an address.</summary>
    /// <param name="address">Which.</param>
    /// <param name="server">Who has.</param>
    /// <param name="from">From where that server is connected.</param>
    /// <param name="result">What that has shown.</param>
    /// <param name="now">This moment.</param>
    public void Record(Multiaddr address, PeerId server, AddressScope from, ProbeResult result, Instant now)
    {
        var at = _addresses.FindIndex(one => one.Address.Equals(address));
        if (at < 0 || result == ProbeResult.None) return;
        // Many routers do not turn around what a neighbour sends to the address they have outside (hairpinning, RFC 4787 section 6): the world may get through.
        if (result == ProbeResult.Unreached && _addresses[at].Scope == AddressScope.Public && from != AddressScope.Public) return;
        var words = _addresses[at].Words;
        var before = words.FindIndex(word => word.Server == server);
        var last = before < 0 ? default : words[before];
        if (before >= 0) words.RemoveAt(before);
        if (words.Count >= MaxServers) words.RemoveAt(0);
        var isDoubted = result == ProbeResult.Unreached && last is { Result: ProbeResult.Reached or ProbeResult.Proved, Failures: 0 };
        words.Add(isDoubted ? last with { Failures = 1 } : new Word(server, result, 0, now));
        if (isDoubted) Hurry(Settle, now);
    }

    /// <summary>A round is over.</summary>
    /// <param name="hasAnswers">Whether any server had something to say.</param>
    /// <param name="now">This moment.</param>
    public void Ended(bool hasAnswers, Instant now)
    {
        if (hasAnswers && Overall == Libp2p.Reachability.Unknown) Hurry(Retry, now);
    }

    /// <summary>Forgets what is too old to hold.</summary>
    public void Expire(Instant now)
    {
        foreach (var (_, _, words) in _addresses) words.RemoveAll(word => word.At + _validity <= now);
    }

    /// <summary>Who goes by a name means everybody to reach it.</summary>
    private static AddressScope ScopeOf(Multiaddr address) =>
        Reachability.Candidates.ScopeOf(address) ?? (!address.IsCircuit && address.TryGetTcp(out _) ? AddressScope.Public : AddressScope.None);

    /// <summary>How far an address reaches: all private nets the same.</summary>
    private static AddressScope RankOf(AddressScope scope) => scope is AddressScope.Private172 or AddressScope.Private192 or AddressScope.UniqueLocal ? AddressScope.Private10 : scope;

    private void Hurry(TimeSpan pause, Instant now)
    {
        if (interval > TimeSpan.Zero) _due = Instant.Min(_due, Instant.Max(now, _last) + pause);
    }

    private AddressReachability Judge(List<Word> words)
    {
        var reached = words.Count(word => word.Result is ProbeResult.Reached or ProbeResult.Proved);
        var unreached = words.Count - reached;
        var isProved = words.Exists(word => word.Result == ProbeResult.Proved);
        var verdict = reached > unreached && (isProved || reached >= confirmations) ? Libp2p.Reachability.Public
            : unreached > reached && unreached >= confirmations ? Libp2p.Reachability.Private
            : Libp2p.Reachability.Unknown;
        return new AddressReachability(null!, verdict, reached, unreached);
    }

    private readonly record struct Word(PeerId Server, ProbeResult Result, int Failures, Instant At);
}
