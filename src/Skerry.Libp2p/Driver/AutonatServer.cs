using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Skerry.Libp2p.Core.Reachability;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// Calls peers that ask whether they are reached (libp2p autonat/autonat-v1.md, autonat-v2.md). The calls come from a port and a peer id of their own: no hole
/// that was punched for this node lets them through, and nobody takes the connection for one to this node.
/// </summary>
internal sealed class AutonatServer : IDisposable
{
    public const string Id1 = "/libp2p/autonat/1.0.0";
    public const string Id2 = "/libp2p/autonat/2/dial-request";

    /// <summary>What a peer pays at least to have somebody else called, bytes: three times what a handshake costs (autonat-v2.md).</summary>
    private const int MinCost = 30_000;
    private const int MaxCost = 100_000;

    /// <summary>Names looked up for one request.</summary>
    private const int MaxNames = 4;

    /// <summary>Calls at once.</summary>
    private const int MaxRunning = 16;

    private readonly AutonatOptions _autonat;
    private readonly Swarm _swarm;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly DialBackBudget _budget;
    private readonly Upgrader _caller;
    private readonly Lock _gate = new();
    private int _running;

    public AutonatServer(Libp2pOptions options, AutonatOptions autonat, Swarm swarm, TimeProvider time)
    {
        (_autonat, _swarm, _time) = (autonat, swarm, time);
        _clock = new MonotonicClock(time);
        _budget = new DialBackBudget(autonat.CallsPerPeer, autonat.Calls);
        _caller = new Upgrader(options with { Identity = IdentityKey.Generate() }, swarm.Ledger, time);
    }

    /// <summary>A request of version 1.</summary>
    public async Task AnswerAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        byte[] bytes;
        using (var deadline = _swarm.WithDeadline(cancel)) bytes = await stream.ReadPrefixedAsync(AutonatCodec.MaxLength, deadline.Token).ConfigureAwait(false);
        var answer = !AutonatCodec.TryReadRequest(bytes, out var peer, out var addresses) || peer != connection.Peer
            ? AutonatCodec.Answer(AutonatAnswer.Types.Status.BadRequest, "that is no request for oneself", null)
            : await CallAsync(connection, addresses, cancel).ConfigureAwait(false);
        await stream.WritePrefixedAsync(answer, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A request of version 2.</summary>
    public async Task Answer2Async(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        byte[] bytes;
        using (var deadline = _swarm.WithDeadline(cancel)) bytes = await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, deadline.Token).ConfigureAwait(false);
        if (!Autonat2Codec.TryReadRequest(bytes, out var addresses, out var nonce)) throw new Libp2pException($"{connection.Peer} asks for a call in words that are none.");
        var answer = await Call2Async(connection, stream, addresses, nonce, cancel).ConfigureAwait(false);
        await stream.WritePrefixedAsync(answer, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    public void Dispose() => _caller.Dispose();

    private async Task<byte[]> CallAsync(Connection connection, IReadOnlyList<Multiaddr> addresses, CancellationToken cancel)
    {
        // Where a peer behind a relay is nobody knows.
        if (!TryGetIp(connection, out var from)) return Refuse("the request comes through a relay");
        if (!TryBegin(connection.Peer)) return Refuse("too many calls");
        try
        {
            var resolved = await Names.ResolveAsync(addresses, MaxNames, cancel).ConfigureAwait(false);
            var targets = DialBack.ChooseSame(resolved, from).ToArray();
            if (targets.Length == 0) return Refuse("no address is the request's own");
            foreach (var target in targets)
            {
                if (await TryCallAsync(target, connection.Peer, cancel).ConfigureAwait(false) is not { } call) continue;
                await call.Session.DisposeAsync().ConfigureAwait(false);
                _swarm.Metrics.DialledBack(isReached: true);
                return AutonatCodec.Answer(AutonatAnswer.Types.Status.Ok, "", target);
            }

            _swarm.Metrics.DialledBack(isReached: false);
            return AutonatCodec.Answer(AutonatAnswer.Types.Status.DialError, "nobody takes the call", null);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<byte[]> Call2Async(Connection connection, Libp2pStream stream, IReadOnlyList<Multiaddr?> addresses, ulong nonce, CancellationToken cancel)
    {
        if (!TryGetIp(connection, out var from)) return Refuse2(Autonat2Answer.Types.Status.DialRefused);
        if (!TryBegin(connection.Peer)) return Refuse2(Autonat2Answer.Types.Status.RequestRejected);
        var hasIpv6 = _swarm.Own.Known.Any(own => own.Parts[0].Protocol.Name == "ip6" && Candidates.ScopeOf(own) == AddressScope.Public);
        try
        {
            var resolved = await Names.ResolveEachAsync(addresses, MaxNames, cancel).ConfigureAwait(false);
            var index = DialBack.Choose(resolved, from, hasIpv6, out var isFree);
            if (index < 0) return Refuse2(Autonat2Answer.Types.Status.DialRefused);
            if (!isFree) await TakePaymentAsync(stream, index, cancel).ConfigureAwait(false);
            var call = await TryCallAsync(resolved[index]!.WithoutPeer(), connection.Peer, cancel).ConfigureAwait(false);
            _swarm.Metrics.DialledBack(isReached: call is not null);
            if (call is null) return Autonat2Codec.Answer(Autonat2Answer.Types.Status.Ok, index, Autonat2Answer.Types.Dial.Error);
            var isBrought = await TryBringAsync(call, nonce, cancel).ConfigureAwait(false);
            await call.Session.DisposeAsync().ConfigureAwait(false);
            return Autonat2Codec.Answer(Autonat2Answer.Types.Status.Ok, index, isBrought ? Autonat2Answer.Types.Dial.Ok : Autonat2Answer.Types.Dial.BackError);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Who would have a victim called first sends more than the call will cost the victim.</summary>
    private async Task TakePaymentAsync(Libp2pStream stream, int index, CancellationToken cancel)
    {
        using var deadline = new Deadline(_autonat.CallTimeout, _time, cancel);
        var due = RandomNumberGenerator.GetInt32(MinCost, MaxCost + 1);
        await stream.WritePrefixedAsync(Autonat2Codec.Demand(index, due), deadline.Token).ConfigureAwait(false);
        while (due > 0)
        {
            var bytes = await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, deadline.Token).ConfigureAwait(false);
            if (!Autonat2Codec.TryReadData(bytes, out var length)) throw new Libp2pException($"{stream.Peer} does not pay for the call it asks for.");
            due -= length;
        }
    }

    /// <summary>Shakes hands with the peer at one of its addresses; null when nobody is there, or somebody else.</summary>
    private async Task<Connection?> TryCallAsync(Multiaddr address, PeerId peer, CancellationToken cancel)
    {
        try
        {
            using var deadline = new Deadline(_autonat.CallTimeout, _time, cancel);
            return await _swarm.DialAloneAsync(address.WithPeer(peer), _caller, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or SocketException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<bool> TryBringAsync(Connection call, ulong nonce, CancellationToken cancel)
    {
        try
        {
            using var deadline = new Deadline(_autonat.CallTimeout, _time, cancel);
            var stream = await _swarm.OpenAsync(call, [AutonatClient.DialBackId], deadline.Token).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.WritePrefixedAsync(Autonat2Codec.DialBack(nonce), deadline.Token).ConfigureAwait(false);
            await stream.EndWritingAsync(deadline.Token).ConfigureAwait(false);
            // Its answer says only that it has come; what matters is that it does not break off.
            await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failed) when (failed is Libp2pException or IOException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private byte[] Refuse(string why)
    {
        _swarm.Metrics.DialledBack(isReached: null);
        return AutonatCodec.Answer(AutonatAnswer.Types.Status.DialRefused, why, null);
    }

    private byte[] Refuse2(Autonat2Answer.Types.Status status)
    {
        _swarm.Metrics.DialledBack(isReached: null);
        return Autonat2Codec.Answer(status);
    }

    private bool TryBegin(PeerId peer)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _running) >= MaxRunning || !_budget.TryTake(peer, _clock.Now)) return false;
            Interlocked.Increment(ref _running);
            return true;
        }
    }

    private static bool TryGetIp(Connection connection, out IPAddress ip)
    {
        ip = IPAddress.None;
        if (connection.IsRelayed || !connection.Address.TryGetTcp(out var endPoint) || endPoint is not IPEndPoint remote) return false;
        ip = remote.Address;
        return true;
    }
}
