using System.Collections.Immutable;
using System.Net;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Core;

/// <summary>
/// One core with the clock in the test's hand. The test plays everybody else: it says what arrives, moves the time, and looks at what the core wanted.
/// Nodes have names of one letter; that of a node gives its address.
/// </summary>
internal sealed class Subject
{
    public Subject(string name = "a", Func<GossipCoreOptions, GossipCoreOptions>? change = null, ulong seed = 1, bool isStarted = true)
    {
        var options = new GossipCoreOptions { Name = name, Address = AddressOf(name) };
        Core = new GossipCore(change?.Invoke(options) ?? options, new Prng(seed));
        if (isStarted) Do(core => core.Start(Now));
    }

    public GossipCore Core { get; }

    public string Name => Core.Name;

    public Instant Now { get; private set; } = Instant.Origin + TimeSpan.FromHours(1);

    /// <summary>Every packet since the last <see cref="Forget"/>, in order.</summary>
    public List<SentPacket> Packets { get; } = [];

    /// <summary>Every change of the membership, in order.</summary>
    public List<MemberChanged> Changes { get; } = [];

    /// <summary>Everything else that the core wanted, in order.</summary>
    public List<GossipOutput> Others { get; } = [];

    public static Instant Start { get; } = Instant.Origin + TimeSpan.FromHours(1);

    public static NodeAddress AddressOf(string name) => NodeAddress.From(new IPEndPoint(new IPAddress([10, 0, 0, (byte)name[0]]), 7946));

    public static ImmutableSortedDictionary<string, string> Tags(params (string Key, string Value)[] tags) =>
        tags.ToImmutableSortedDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    public static Alive Alive(string name, uint incarnation = 1, NodeAddress? address = null, params (string, string)[] tags)
    {
        Assert.True(TagsCodec.TryEncode(Tags(tags), out var meta));
        return new Alive(incarnation, name, address ?? AddressOf(name), meta, ProtocolVersions.Current);
    }

    public static Suspect Suspect(string name, string from, uint incarnation = 1) => new(incarnation, name, from);

    public static Dead Dead(string name, string from, uint incarnation = 1) => new(incarnation, name, from);

    public static UserMessage User(SerfMessage message) => new(SerfCodec.Encode(message));

    /// <summary>A message arrives, now.</summary>
    public void Hear(GossipMessage message, string from = "b") => Do(core => core.Receive(message, AddressOf(from), Now));

    /// <summary>A message of Serf arrives, now.</summary>
    public void Hear(SerfMessage message, string from = "b") => Hear(User(message), from);

    /// <summary>Nodes say that they are alive.</summary>
    public Subject Meet(params string[] names)
    {
        foreach (var name in names) Hear(Alive(name), name);
        return this;
    }

    /// <summary>Time passes, with every deadline kept on the tick.</summary>
    public void Pass(TimeSpan time) => PassUntil(() => false, time);

    public void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Time passes until something is so, at most for a while.</summary>
    /// <returns>Whether it came to be.</returns>
    public bool PassUntil(Func<bool> isSo, TimeSpan atMost)
    {
        var end = Now + atMost;
        while (!isSo())
        {
            var next = Core.NextDeadline;
            if (next > end)
            {
                Now = end;
                return isSo();
            }

            Assert.True(next >= Now, $"a deadline in the past: {next}, now {Now}");
            Now = next;
            Do(core => core.Advance(Now));
        }

        return true;
    }

    /// <summary>Time passes, and nobody wakes the core meanwhile.</summary>
    public void Sleep(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    /// <summary>Calls the core and takes what it wants.</summary>
    public T Do<T>(Func<GossipCore, T> call)
    {
        var result = call(Core);
        while (Core.TryTake(out var output)) Take(output);
        return result;
    }

    public void Do(Action<GossipCore> call) => Do(core =>
    {
        call(core);
        return true;
    });

    /// <summary>The whole state of some other node arrives, as in a push/pull.</summary>
    public bool Merge(PushPull state) => Do(core => core.Merge(state, Now));

    /// <summary>The same from its parts.</summary>
    public bool Merge(SerfState? serf, params PushNodeState[] nodes) =>
        Merge(new PushPull(false, [.. nodes], serf is null ? ByteString.Empty : SerfCodec.Encode(serf)));

    /// <summary>Forgets what the core wanted so far.</summary>
    public Subject Forget()
    {
        Packets.Clear();
        Changes.Clear();
        Others.Clear();
        return this;
    }

    /// <summary>Every message of a kind that was sent, in order.</summary>
    public IEnumerable<T> Sent<T>(string? to = null)
        where T : GossipMessage => Packets.Where(packet => to is null || packet.To == AddressOf(to)).SelectMany(packet => packet.Messages).OfType<T>();

    /// <summary>Every message of Serf of a kind that was sent, in order.</summary>
    public IEnumerable<T> SentSerf<T>(string? to = null)
        where T : SerfMessage => Sent<UserMessage>(to).Select(user =>
        {
            Assert.True(SerfCodec.TryDecode(user.Payload.Span, out var message, out _));
            return message;
        }).OfType<T>();

    public IEnumerable<Noticed> Notices(Notice kind) => Others.OfType<Noticed>().Where(noticed => noticed.What == kind);

    public SwimNode? Node(string name) => Core.Nodes.FirstOrDefault(node => node.Name == name);

    public MemberStatus StatusOf(string name) => Core.Members.TryGetValue(name, out var member) ? member.Status : MemberStatus.None;

    /// <summary>The names of the changes, as a story: <c>Joined b</c>.</summary>
    public IEnumerable<string> Story => Changes.Where(change => change.Change is not null).Select(change => $"{change.Change} {change.Member.Name}");

    private void Take(GossipOutput output)
    {
        switch (output)
        {
            case SendPacket packet: Packets.Add(SentPacket.Of(packet)); break;
            case MemberChanged change: Changes.Add(change); break;
            default: Others.Add(output); break;
        }
    }
}
