using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What the layers of one core share: options, timers, the generator, and the outputs in order.</summary>
/// <param name="options">Told once.</param>
/// <param name="prng">The only source of chance.</param>
internal sealed class CoreContext(GossipCoreOptions options, Prng prng)
{
    public GossipCoreOptions Options => options;

    public GossipTiming Timing => options.Timing;

    public string Name => options.Name;

    public Prng Prng => prng;

    public TimerTable<TimerKey> Timers { get; } = new();

    public Queue<GossipOutput> Outputs { get; } = new();

    public void Emit(GossipOutput output) => Outputs.Enqueue(output);

    public void Notice(Notice what, string node = "", string detail = "") => Outputs.Enqueue(new Noticed(what, node, detail));
}
