using Google.Protobuf;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Calls through relays, and is called through them (libp2p relay/circuit-v2.md).</summary>
/// <param name="self">This node.</param>
/// <param name="swarm">Its connections.</param>
/// <param name="time">Tells whether a reservation is over.</param>
internal sealed class RelayClient(PeerId self, Swarm swarm, TimeProvider time)
{
    /// <summary>Of a relay's own that are looked at.</summary>
    private const int MaxAddresses = 16;

    /// <summary>Asks a connected relay to put callers through.</summary>
    /// <exception cref="Libp2pException">It does not.</exception>
    public async Task<RelayReservation> ReserveAsync(Connection relay, CancellationToken cancel)
    {
        var stream = await swarm.OpenAsync(relay, [RelayService.HopId], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var (answer, others) = await AskAsync(stream, new HopMessage { Type = HopMessage.Types.Kind.Reserve }, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
        if (answer.Status != RelayStatus.RelayOk || answer.Reservation is not { } given) throw Refused($"{relay.Peer} gives no reservation: {answer.Status}.", answer.Status, others);
        // The voucher is a word for others, who need none so far: relays may leave it out (circuit-v2.md, "Reservation Vouchers"), but not give a wrong one.
        if (given.HasVoucher && !VoucherCodec.Verify(given.Voucher.Span, relay.Peer, self)) throw new Libp2pException($"{relay.Peer} gives a reservation that it has not signed for this node.");
        var expires = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(given.Expire, int.MaxValue));
        if (expires <= time.GetUtcNow()) throw new Libp2pException($"{relay.Peer} gives a reservation that was over at {expires:u}, or a clock is wrong.");
        return new RelayReservation(relay.Peer, expires, WaysOver(relay, given));
    }

    /// <summary>Tells a relay that its reservation is needed no more. One that does not know this may take it for a refresh; then it runs out by itself.</summary>
    /// <exception cref="Libp2pException">It does not hear it.</exception>
    public async Task ReleaseAsync(Connection relay, CancellationToken cancel)
    {
        var stream = await swarm.OpenAsync(relay, [RelayService.HopId], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await AskAsync(stream, new HopMessage { Type = HopMessage.Types.Kind.Reserve, IsRelease = true }, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A way to another peer through a connected relay.</summary>
    /// <exception cref="Libp2pException">The relay does not put this node through.</exception>
    public async Task<Stream> CallAsync(Connection relay, PeerId called, CancellationToken cancel)
    {
        var stream = await swarm.OpenAsync(relay, [RelayService.HopId], cancel).ConfigureAwait(false);
        try
        {
            var call = new HopMessage { Type = HopMessage.Types.Kind.Connect, Peer = new RelayPeer { Id = ByteString.CopyFrom(called.Bytes) } };
            var (answer, others) = await AskAsync(stream, call, cancel).ConfigureAwait(false);
            return answer.Status == RelayStatus.RelayOk ? stream : throw Refused($"The relay {relay.Peer} does not put calls through to {called}: {answer.Status}.", answer.Status, others);
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }

    /// <summary>A relay has a call for this node.</summary>
    public async Task AnswerAsync(Connection relay, Libp2pStream stream, CancellationToken cancel)
    {
        byte[] bytes;
        using (var deadline = swarm.WithDeadline(cancel)) bytes = await stream.ReadPrefixedAsync(RelayService.MaxMessage, deadline.Token).ConfigureAwait(false);
        var isCall = Messages.TryParse(StopMessage.Parser, bytes, out var call) && call.Type == StopMessage.Types.Kind.Connect;
        if (!PeerId.TryRead(isCall ? (call!.Peer?.Id ?? ByteString.Empty).Span : default, out var caller))
        {
            await SayAsync(stream, RelayStatus.RelayMalformedMessage, cancel).ConfigureAwait(false);
            await stream.EndWritingAsync(cancel).ConfigureAwait(false);
            return;
        }

        await SayAsync(stream, RelayStatus.RelayOk, cancel).ConfigureAwait(false);
        // Who calls is the relay's word until the handshake has proved it.
        var connection = await swarm.TakeInAsync(stream, Through(relay.Address.WithPeer(relay.Peer)).WithPeer(caller), caller, cancel).ConfigureAwait(false);
        // The stream is the connection's from here on.
        if (connection is not null) await connection.Session.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Ways over the relay: where this node has called it, and of what it names itself what is on the same machine. It could name anybody, and every caller would
    /// knock there.
    /// </summary>
    private static List<Multiaddr> WaysOver(Connection relay, ReservationMessage given)
    {
        var ways = new List<Multiaddr>();
        if (relay.IsDialler) ways.Add(relay.Address);
        foreach (var bytes in given.Addresses.Take(MaxAddresses))
        {
            if (!Multiaddr.TryRead(bytes.Span, out var named) || named.IsCircuit || (named.PeerId is { } said && said != relay.Peer)) continue;
            if (named.Parts[0].ToString() == relay.Address.Parts[0].ToString()) ways.Add(named);
        }

        return [.. ways.Select(way => Through(way.WithPeer(relay.Peer))).Distinct()];
    }

    private static Multiaddr Through(Multiaddr relay) => relay.With(Multiaddr.Parse("/p2p-circuit"));

    private static ValueTask SayAsync(Libp2pStream stream, RelayStatus status, CancellationToken cancel) =>
        stream.WritePrefixedAsync(new StopMessage { Type = StopMessage.Types.Kind.Status, Status = status }.ToByteArray(), cancel);

    private static Libp2pException Refused(string message, RelayStatus status, IReadOnlyList<PeerAddresses> others) =>
        status is RelayStatus.RelayResourceLimitExceeded or RelayStatus.RelayReservationRefused ? new RelayFullException(message, others) : new Libp2pException(message);

    private async Task<(HopMessage Answer, IReadOnlyList<PeerAddresses> Others)> AskAsync(Libp2pStream stream, HopMessage question, CancellationToken cancel)
    {
        using var deadline = swarm.WithDeadline(cancel);
        try
        {
            await stream.WritePrefixedAsync(question.ToByteArray(), deadline.Token).ConfigureAwait(false);
            var bytes = await stream.ReadPrefixedAsync(RelayService.MaxMessage, deadline.Token).ConfigureAwait(false);
            if (RelayCodec.TryDecodeAnswer(bytes, out var answer, out var others)) return (answer, others);
            throw new Libp2pException($"The relay {stream.Peer} answers with something else.");
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new Libp2pException($"The relay {stream.Peer} has not answered in time.", late);
        }
    }
}
