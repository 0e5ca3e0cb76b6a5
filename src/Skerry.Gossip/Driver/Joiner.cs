using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;

namespace Skerry.Gossip.Driver;

/// <summary>Ways into a group: by addresses that an operator gives, and by those of a snapshot.</summary>
internal sealed class Joiner(StreamClient streams, GossipLoop loop, MemberView view, TimeSpan resolveTimeout, TimeProvider time, ILogger logger)
{
    /// <summary>Addresses tried at one time.</summary>
    private const int MaxParallel = 4;

    /// <summary>Addresses of one name that are tried.</summary>
    private const int MaxAddressesPerName = 16;

    private const int DefaultPort = 7946;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>Exchanges states with every address.</summary>
    /// <returns>How many of the texts led to a node that answered.</returns>
    /// <exception cref="GossipException">None did; the message lists each with its reason.</exception>
    public async Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        var failures = new string?[addresses.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation };
        await Parallel.ForAsync(0, addresses.Count, options, async (i, stopping) => failures[i] = await JoinOneAsync(addresses[i], stopping));
        var answered = failures.Count(failure => failure is null);
        if (answered > 0) loop.Step((core, now) => core.Joined(now));
        else if (addresses.Count > 0) throw new GossipException($"Could not join: {string.Join("; ", addresses.Zip(failures, (address, failure) => $"{address}: {failure}"))}.");
        return answered;
    }

    /// <summary>Tries the members of a snapshot in random order, again and again with growing pauses, until one answers or another node has found us.</summary>
    public async Task RejoinAsync(string self, IPEndPoint[] addresses, Prng prng, CancellationToken stopping)
    {
        GossipLog.Rejoining(logger, addresses.Length);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            prng.Shuffle(addresses.AsSpan());
            foreach (var address in addresses)
            {
                if (view.HasCompany(self)) return;
                if (await streams.PushPullAsync(address, join: true, stopping) is not null) continue;
                loop.Step((core, now) => core.Joined(now));
                return;
            }

            GossipLog.RejoinFailed(logger, addresses.Length, pause.TotalSeconds);
            // Jitter: a group that lost power together does not come back in step.
            await Task.Delay(pause * (0.5 + prng.NextDouble()), time, stopping);
        }
    }

    private async Task<string?> JoinOneAsync(string text, CancellationToken cancellation)
    {
        if (!JoinAddress.TryParse(text, DefaultPort, out var address)) return "not an address: write HOST, HOST:PORT or [IPV6]:PORT";
        string? failure = "the name has no address";
        var hasAnswered = false;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(resolveTimeout);
            var endPoints = await address.ResolveAsync(limit.Token);
            // A name may stand for several nodes, perhaps on both sides of a split: each of them is asked.
            foreach (var endPoint in endPoints.Take(MaxAddressesPerName))
            {
                failure = await streams.PushPullAsync(endPoint, join: true, cancellation);
                hasAnswered |= failure is null;
            }

            return hasAnswered ? null : failure;
        }
        catch (SocketException unknown)
        {
            return unknown.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"its name was not resolved within {resolveTimeout.TotalSeconds:0.#} s";
        }
    }
}
