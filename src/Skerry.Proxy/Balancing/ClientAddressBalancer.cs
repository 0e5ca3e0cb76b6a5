using System.Net;
using System.Text;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Balancing;

/// <summary>
/// Rendezvous hashing (Thaler and Ravishankar, 1998) on the client's address with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2016): every instance has a
/// score for a client, the highest wins, unless the instance carries <see cref="Bound"/> times its share already; then the next highest. Every proxy comes to the
/// same choice while loads are within the bound, and an instance that goes moves nobody but its own clients.
/// </summary>
internal sealed class ClientAddressBalancer : IBalancer
{
    /// <summary>The most an instance carries, as a multiple of its share of all connections: the paper's 1 + ε.</summary>
    private const double Bound = 1.25;

    public Candidate Choose(IReadOnlyList<Candidate> instances, InstanceLoads loads, IPAddress? client)
    {
        var seed = Hash(Bytes(client), 0xCBF29CE484222325);
        long connections = 1, weights = 0;
        foreach (var instance in instances)
        {
            connections += loads.Of(instance.Key);
            weights += instance.Weight;
        }

        Candidate? best = null, first = null;
        double bestScore = double.NegativeInfinity, firstScore = double.NegativeInfinity;
        foreach (var instance in instances)
        {
            var score = Score(seed, instance);
            if (score > firstScore) (first, firstScore) = (instance, score);
            var room = Math.Ceiling(Bound * connections * instance.Weight / weights);
            if (loads.Of(instance.Key) < room && score > bestScore) (best, bestScore) = (instance, score);
        }

        return best ?? first!;
    }

    /// <summary>Weighted rendezvous: with h even in 0 to 1, the chance that -w / ln h is the largest is the weight's share.</summary>
    private static double Score(ulong seed, Candidate instance)
    {
        var hash = Hash(Encoding.UTF8.GetBytes(instance.Key.Node), seed);
        hash = Mix(Hash(Encoding.UTF8.GetBytes(instance.Key.Id), hash ^ 0xFF));
        var even = ((hash >> 11) + 0.5) / (1UL << 53);
        return -instance.Weight / Math.Log(even);
    }

    private static byte[] Bytes(IPAddress? client) =>
        client is null ? [] : (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).GetAddressBytes();

    /// <summary>FNV-1a, 64 bits: the same on every node and every version.</summary>
    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        foreach (var b in bytes) seed = (seed ^ b) * 0x100000001B3;
        return seed;
    }

    /// <summary>The finalizer of SplitMix64: spreads what FNV leaves in the low bits.</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
