using Google.Protobuf;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Calls through relays, and is called through them (libp2p relay/circuit-v2.md).</summary>
/// <param name="self">This node.</param>
/// <param name="swarm">Its connections.</param>
internal sealed class RelayClient(PeerId self, Swarm swarm)
{
    /// <summary>Asks a connected relay to put callers through.</summary>
    /// <exception cref="Libp2pException">It does not.</exception>
    public async Task<RelayReservation> ReserveAsync(Connection relay, CancellationToken cancel)
    {
        var stream = await swarm.OpenAsync(relay, [RelayService.HopId], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var (answer, others) = await AskAsync(stream, new HopMessage { Type = HopMessage.Types.Kind.Reserve }, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
        if (answer.Status != RelayStatus.RelayOk || answer.Reservation is not { } given) throw Refused($"{relay.Peer} gives no reservation: {answer.Status}.", answer.Status, others);
        if (given.HasVoucher && !VoucherCodec.Verify(given.Voucher.Span, relay.Peer, self)) throw new Libp2pException($"{relay.Peer} gives a reservation that it has not signed for this node.");
        var addresses = new List<Multiaddr>();
        foreach (var bytes in given.Addresses)
        {
            if (Multiaddr.TryRead(bytes.Span, out var address)) addresses.Add(Through(address.WithPeer(relay.Peer)));
        }

        return new RelayReservation(relay.Peer, DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(given.Expire, int.MaxValue)), addresses);
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
