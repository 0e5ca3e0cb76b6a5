using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What the layers of one core share: options, timers, the generator, and the outputs in order.</summary>
/// <param name="options">Told once.</param>
/// <param name="prng">The only source of chance.</param>
internal sealed class CoreContext(GossipCoreOptions options, Prng prng)
{
    /// <summary>Bytes of a packet built here; memberlist's UDPBufferSize, which fits an Ethernet frame.</summary>
    private const int PacketSize = 1400;

    public GossipCoreOptions Options => options;

    public GossipTiming Timing => options.Timing;

    public string Name => options.Name;

    public Prng Prng => prng;

    /// <summary>Bytes for the parts of a packet, with the two that each part costs besides itself.</summary>
    public int PacketRoom => PacketSize - PacketEncoder.CompoundOverhead - options.EncryptionOverhead;

    /// <summary>The longest rumour that fits into a packet, bytes.</summary>
    public int MaxRumour => PacketRoom - PacketEncoder.PartOverhead;

    public TimerTable<TimerKey> Timers { get; } = new();

    public Queue<GossipOutput> Outputs { get; } = new();

    /// <summary>Sets a deadline unless it stands already: for what runs on and on while there is something to do.</summary>
    public void Wake(SwimTimer timer, Instant deadline)
    {
        var key = new TimerKey(timer);
        if (!Timers.Contains(key)) Timers.Set(key, deadline);
    }

    public void Emit(GossipOutput output) => Outputs.Enqueue(output);

    public void Notice(Notice what, string node = "", string detail = "") => Outputs.Enqueue(new Noticed(what, node, detail));
}
