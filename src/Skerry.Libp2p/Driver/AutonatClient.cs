using System.Collections.Concurrent;
using System.Security.Cryptography;

using Skerry.Libp2p.Core.Reachability;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Asks one server at a time to call this node (libp2p autonat/autonat-v1.md, autonat-v2.md).</summary>
/// <param name="self">This node.</param>
/// <param name="options">Bounds.</param>
/// <param name="swarm">Its connections.</param>
/// <param name="time">Measures deadlines.</param>
internal sealed class AutonatClient(PeerId self, AutonatOptions options, Swarm swarm, TimeProvider time)
{
    public const string DialBackId = "/libp2p/autonat/2/dial-back";

    /// <summary>The most that is paid for one call, bytes: what the specification lets servers ask.</summary>
    private const int MaxCost = 100_000;

    // The numbers that servers have been told and not yet brought; as many as requests under way.
    private readonly ConcurrentDictionary<ulong, bool> _nonces = new();

    /// <summary>Whether a peer serves either version.</summary>
    public static bool Serves(PeerInfo peer) => peer.Protocols.Contains(AutonatServer.Id2) || peer.Protocols.Contains(AutonatServer.Id1);

    /// <summary>A call has come, and brings a number.</summary>
    public async Task TakeDialBackAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        using var deadline = swarm.WithDeadline(cancel);
        var bytes = await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, deadline.Token).ConfigureAwait(false);
        // Over a connection that this node has made, or through a relay, it proves nothing.
        if (connection.IsRelayed || connection.IsDialler || !Autonat2Codec.TryReadDialBack(bytes, out var nonce)) return;
        if (!_nonces.TryUpdate(nonce, true, false)) return;
        await stream.WritePrefixedAsync(Autonat2Codec.DialBackAnswer(), deadline.Token).ConfigureAwait(false);
        await stream.EndWritingAsync(deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Has a server call these addresses, one after the other, until it wants no more.</summary>
    /// <returns>What each call has shown.</returns>
    public async Task<IReadOnlyList<(Multiaddr Address, ProbeResult Result)>> AskAsync(Connection server, IReadOnlyList<Multiaddr> addresses, CancellationToken cancel)
    {
        var results = new List<(Multiaddr, ProbeResult)>();
        try
        {
            var info = await server.Info.WaitAsync(cancel).ConfigureAwait(false);
            var is2 = info.Protocols.Contains(AutonatServer.Id2);
            // Version 2 calls the first that it is willing to call; those before it never.
            for (var left = addresses; left.Count > 0;)
            {
                var (index, result) = is2 ? await Ask2Async(server, left, cancel).ConfigureAwait(false) : (0, await Ask1Async(server, left[0], cancel).ConfigureAwait(false));
                if (index < 0) break;
                if (result != ProbeResult.None) results.Add((left[index], result));
                left = [.. left.Skip(index + 1)];
            }
        }
        catch (Exception failed) when (failed is Libp2pException or IOException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // It is gone, or talks nonsense: what it has said before holds.
        }

        return results;
    }

    /// <summary>One address a request: which of several a failure is about, version 1 does not say.</summary>
    private async Task<ProbeResult> Ask1Async(Connection server, Multiaddr address, CancellationToken cancel)
    {
        using var deadline = new Deadline(2 * options.CallTimeout, time, cancel);
        var stream = await swarm.OpenAsync(server, [AutonatServer.Id1], deadline.Token).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await stream.WritePrefixedAsync(AutonatCodec.Ask(self, [address]), deadline.Token).ConfigureAwait(false);
        await stream.EndWritingAsync(deadline.Token).ConfigureAwait(false);
        var bytes = await stream.ReadPrefixedAsync(AutonatCodec.MaxLength, deadline.Token).ConfigureAwait(false);
        if (!AutonatCodec.TryReadAnswer(bytes, out var status)) return ProbeResult.None;
        return status switch
        {
            AutonatAnswer.Types.Status.Ok => ProbeResult.Reached,
            AutonatAnswer.Types.Status.DialError => ProbeResult.Unreached,
            _ => ProbeResult.None,
        };
    }

    /// <returns>Which of the addresses the server has called, -1 for none, and what that has shown.</returns>
    private async Task<(int Index, ProbeResult Result)> Ask2Async(Connection server, IReadOnlyList<Multiaddr> addresses, CancellationToken cancel)
    {
        var nonce = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _nonces.TryAdd(nonce, false);
        try
        {
            using var deadline = new Deadline(3 * options.CallTimeout, time, cancel);
            var stream = await swarm.OpenAsync(server, [AutonatServer.Id2], deadline.Token).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.WritePrefixedAsync(Autonat2Codec.Ask(addresses, nonce), deadline.Token).ConfigureAwait(false);
            var answer = await HearAsync(stream, addresses.Count, deadline.Token).ConfigureAwait(false);
            if (answer is not { Status: Autonat2Answer.Types.Status.Ok } || answer.Index >= addresses.Count) return (-1, ProbeResult.None);
            var isBrought = _nonces.TryGetValue(nonce, out var brought) && brought;
            var result = answer.Dial switch
            {
                // A server that got through has brought the number; one that says so and has not is not believed.
                Autonat2Answer.Types.Dial.Ok or Autonat2Answer.Types.Dial.BackError when isBrought => ProbeResult.Proved,
                Autonat2Answer.Types.Dial.Error => ProbeResult.Unreached,
                _ => ProbeResult.None,
            };
            return ((int)answer.Index, result);
        }
        finally
        {
            _nonces.TryRemove(nonce, out var _);
        }
    }

    /// <summary>The server's answer; what it wants to be paid first is paid once.</summary>
    private static async Task<Autonat2Answer?> HearAsync(Libp2pStream stream, int addresses, CancellationToken cancel)
    {
        var bytes = await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, cancel).ConfigureAwait(false);
        if (!Autonat2Codec.TryReadReply(bytes, out var answer, out var demand) || answer is not null) return answer;
        if (demand!.Index >= addresses || demand.Count > MaxCost) return null;
        var data = Autonat2Codec.Data(RandomNumberGenerator.GetBytes(Autonat2Codec.MaxData));
        for (var left = (long)demand.Count; left > 0; left -= Autonat2Codec.MaxData) await stream.WritePrefixedAsync(data, cancel).ConfigureAwait(false);
        bytes = await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, cancel).ConfigureAwait(false);
        return Autonat2Codec.TryReadReply(bytes, out answer, out _) ? answer : null;
    }
}
