using System.Net;

using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>
/// Finds peers in the LAN and is found there, without its sockets (libp2p discovery/mdns.md; RFC 6762). On each link it says twice that it is here, asks who
/// else is, soon and then ever less often, and answers who asks: a little later, so that not all speak at once, and no more than once a second.
/// </summary>
/// <param name="identity">Its names.</param>
/// <param name="options">How often and where.</param>
/// <param name="random">Its draws.</param>
internal sealed partial class MdnsCore(MdnsIdentity identity, MdnsOptions options, Prng random)
{
    /// <summary>Peers remembered; what others answer is not heard then.</summary>
    private const int MaxPeers = 1024;

    /// <summary>Addresses of a peer.</summary>
    private const int MaxAddresses = 16;

    private const string AddressKey = "dnsaddr=";

    private static readonly TimeSpan FirstQueryWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerGap = TimeSpan.FromSeconds(1);

    /// <summary>Answers to one alone are rarer still to be needed; ten a second leave nothing to amplify.</summary>
    private static readonly TimeSpan AnswerOneGap = TimeSpan.FromMilliseconds(100);

    /// <summary>A peer that goes on answering is told of again, for those who have lost it meanwhile.</summary>
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(10);

    /// <summary>The longest that an answer is believed: the RFC's own for addresses that seldom change.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(75);

    private readonly SortedDictionary<int, MdnsLinkState> _links = [];
    private readonly Dictionary<string, MdnsPeer> _peers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<MdnsOutput> _outputs = [];
    private Instant _nextExpiry = Instant.Never;
    private IReadOnlyList<Multiaddr> _addresses = [];

    /// <summary>Peers that answer.</summary>
    public int Peers => _peers.Count;

    /// <summary>The next moment <see cref="Advance"/> has something to do.</summary>
    public Instant NextDeadline => _links.Values.Aggregate(_nextExpiry, (next, link) => Instant.Min(next, Instant.Min(link.NextQuery, link.AnswerAt)));

    /// <summary>Takes the next thing to do.</summary>
    public bool TryTake(out MdnsOutput output) => _outputs.TryDequeue(out output!);

    /// <summary>Where this node is reached now; when that is news, all are told.</summary>
    public void SetAddresses(IReadOnlyList<Multiaddr> addresses, Instant now)
    {
        if (addresses.SequenceEqual(_addresses)) return;
        _addresses = addresses;
        foreach (var link in _links.Values) Announce(link, now);
    }

    /// <summary>The links there are now: on a new one it begins anew, of one that is gone it thinks no more.</summary>
    public void SetLinks(IReadOnlyList<MdnsLink> links, Instant now)
    {
        foreach (var gone in _links.Keys.Where(id => links.All(link => link.Id != id)).ToArray()) _links.Remove(gone);
        foreach (var link in links)
        {
            if (_links.TryGetValue(link.Id, out var known) && known.Addresses.SequenceEqual(link.Addresses)) continue;
            var state = new MdnsLinkState(link.Addresses) { NextQuery = now + Jitter(), QueryWait = FirstQueryWait };
            Announce(state, now);
            _links[link.Id] = state;
        }
    }

    /// <summary>A message has come in on a link.</summary>
    /// <param name="message">What it says.</param>
    /// <param name="link">Where.</param>
    /// <param name="from">From whom; one of the same link.</param>
    /// <param name="now">This moment.</param>
    public void Receive(DnsMessage message, int link, IPEndPoint from, Instant now)
    {
        if (!_links.TryGetValue(link, out var state)) return;
        if (message.IsAnswer) Hear(message, state, from, now);
        else BeAsked(message, link, state, from, now);
    }

    /// <summary>Does what is due.</summary>
    public void Advance(Instant now)
    {
        foreach (var (id, link) in _links)
        {
            if (link.AnswerAt <= now) AnswerAll(id, link, now);
            if (link.NextQuery <= now) Ask(id, link, now);
        }

        if (_nextExpiry > now) return;
        foreach (var gone in _peers.Values.Where(peer => peer.ExpiresAt <= now).ToArray()) _peers.Remove(gone.Instance);
        _nextExpiry = _peers.Count == 0 ? Instant.Never : _peers.Values.Min(peer => peer.ExpiresAt);
    }

    /// <summary>Says goodbye: peers need not wait until what they know has run out.</summary>
    public void Leave()
    {
        var goodbye = new DnsMessage(0, IsAnswer: true, [], [DnsRecord.Ptr(identity.Service, 0, identity.Instance)], []);
        foreach (var id in _links.Keys) _outputs.Enqueue(new MdnsOutput(id, goodbye));
    }

    private static bool IsKnown(DnsMessage question, string service, string instance) => question.Answers.Any(known =>
        known.TimeToLive >= TimeToLive / 2 && MdnsIdentity.Is(known.Name, service) && known.TryGetTarget(out var target) && MdnsIdentity.Is(target, instance));

    private TimeSpan Jitter() => TimeSpan.FromMilliseconds(20 + random.Next(100));

    private void Announce(MdnsLinkState link, Instant now)
    {
        link.Announcements = 2;
        Plan(link, MdnsTopics.Service, now);
    }

    private void Plan(MdnsLinkState link, MdnsTopics topics, Instant now)
    {
        link.Answer |= topics;
        link.AnswerAt = Instant.Min(link.AnswerAt, Instant.Max(now + Jitter(), link.MayAnswerAt));
    }

    private void BeAsked(DnsMessage message, int id, MdnsLinkState link, IPEndPoint from, Instant now)
    {
        var topics = message.Questions.Aggregate(MdnsTopics.None, (all, question) => all | identity.TopicsOf(question));
        if (IsKnown(message, identity.Service, identity.Instance)) topics &= ~MdnsTopics.Service;
        if (topics == MdnsTopics.None) return;
        // Who asks from another port is a plain resolver: it hears only what is sent to itself, with its own id and question (RFC 6762, section 6.7).
        var isPlain = from.Port != options.Port;
        if (!isPlain && !message.Questions.All(question => question.IsUnicastWanted))
        {
            Plan(link, topics, now);
            return;
        }

        if (link.MayAnswerOneAt > now) return;
        link.MayAnswerOneAt = now + AnswerOneGap;
        var answer = Answer(topics, link);
        _outputs.Enqueue(new MdnsOutput(id, isPlain ? answer with { Id = message.Id, Questions = [.. message.Questions.Where(one => identity.TopicsOf(one) != MdnsTopics.None)] } : answer, from));
    }

    private void AnswerAll(int id, MdnsLinkState link, Instant now)
    {
        _outputs.Enqueue(new MdnsOutput(id, Answer(link.Answer, link)));
        (link.Answer, link.AnswerAt, link.MayAnswerAt) = (MdnsTopics.None, Instant.Never, now + AnswerGap);
        if (link.Announcements > 0 && --link.Announcements > 0) Plan(link, MdnsTopics.Service, now);
    }

    private void Ask(int id, MdnsLinkState link, Instant now)
    {
        var known = _peers.Values
            .Where(peer => peer.ExpiresAt - now > peer.TimeToLive / 2)
            .Take(MaxKnown)
            .Select(peer => DnsRecord.Ptr(identity.Service, (uint)(peer.ExpiresAt - now).TotalSeconds, peer.Instance));
        _outputs.Enqueue(new MdnsOutput(id, new DnsMessage(0, IsAnswer: false, [new DnsQuestion(identity.Service, DnsType.Ptr)], [.. known], [])));
        link.NextQuery = now + link.QueryWait + random.NextDuration(link.QueryWait / 10);
        link.QueryWait = 2 * link.QueryWait < options.QueryInterval ? 2 * link.QueryWait : options.QueryInterval;
        // A peer answers its own query, so that all find it by the one (libp2p discovery/mdns.md, "Request").
        Plan(link, MdnsTopics.Service, now);
    }
}
