using System.Runtime.CompilerServices;
using System.Text;

using Skerry.Primitives;
using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>
/// The transport between bridges with an ear for silence: a connection may look open long after the other side is cut off, so bridges say each other every
/// second that they are there, and one that was not heard for a while is no peer. A node that is connected but no bridge says nothing, and is none either.
/// <code>
/// beat      0x00, the bridge's name in UTF-8; every other message begins with replication's version, which is never 0
/// </code>
/// </summary>
/// <param name="inner">Carries the messages.</param>
/// <param name="self">This node.</param>
/// <param name="silence">A bridge that was not heard for this long is gone.</param>
/// <param name="clock">For silence.</param>
internal sealed class WideLink(IReplicationTransport inner, string self, TimeSpan silence, MonotonicClock clock) : IReplicationTransport
{
    private const byte BeatMark = 0;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Instant> _heard = new(StringComparer.Ordinal);
    private readonly byte[] _beat = Beat(self);

    /// <summary>Called when a bridge is heard that was silent, under no lock.</summary>
    public required Action Found { get; init; }

    public IReadOnlyList<string> Peers
    {
        get
        {
            var connected = inner.Peers;
            var since = clock.Now - silence;
            lock (_gate) return [.. connected.Where(peer => _heard.TryGetValue(peer, out var at) && at > since)];
        }
    }

    public int MaxDatagramPayload => inner.MaxDatagramPayload;

    /// <summary>What a bridge says to be heard.</summary>
    public static byte[] Beat(string name) => [BeatMark, .. Encoding.UTF8.GetBytes(name)];

    /// <summary>Says to everybody connected that this node is there, and forgets those who have been silent for long.</summary>
    public void Beat()
    {
        foreach (var peer in inner.Peers) inner.TrySendDatagram(peer, _beat);
        var since = clock.Now - silence;
        lock (_gate)
        {
            foreach (var name in _heard.Where(entry => entry.Value <= since).Select(entry => entry.Key).ToArray()) _heard.Remove(name);
        }
    }

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message) => inner.TrySendDatagram(peer, message);

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation) => inner.SendStreamAsync(peer, message, cancellation);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var message in inner.ReceiveAsync(cancellation))
        {
            if (message.Length > 0 && message.Span[0] == BeatMark) Hear(message.Span[1..]);
            else yield return message;
        }
    }

    private void Hear(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > SiteBounds.MaxNodeName) return;
        var peer = Encoding.UTF8.GetString(name);
        lock (_gate)
        {
            var isKnown = _heard.TryGetValue(peer, out var at) && at > clock.Now - silence;
            if (!isKnown && _heard.Count >= SiteBounds.MaxOwners) return;
            _heard[peer] = clock.Now;
            if (isKnown) return;
        }

        Found();
    }
}
