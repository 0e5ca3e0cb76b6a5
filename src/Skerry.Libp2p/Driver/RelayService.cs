using Google.Protobuf;

using Skerry.Libp2p.Core.Relay;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Puts callers through to peers that have a reservation here (libp2p relay/circuit-v2.md).</summary>
internal sealed class RelayService
{
    /// <summary>The longest message of the protocol taken in, bytes.</summary>
    public const int MaxMessage = 4096;
    public const string HopId = "/libp2p/circuit/relay/0.2.0/hop";
    public const string StopId = "/libp2p/circuit/relay/0.2.0/stop";

    private readonly Libp2pOptions _options;
    private readonly RelayOptions _relay;
    private readonly Swarm _swarm;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly RelayCore _core;
    private readonly Lock _gate = new();
    private volatile bool _isOver;

    public RelayService(Libp2pOptions options, RelayOptions relay, Swarm swarm, TimeProvider time)
    {
        (_options, _relay, _swarm, _time) = (options, relay, swarm, time);
        _clock = new MonotonicClock(time);
        _core = new RelayCore(relay);
    }

    /// <summary>One request of a peer.</summary>
    public async Task AnswerAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        byte[] bytes;
        using (var deadline = _swarm.WithDeadline(cancel)) bytes = await stream.ReadPrefixedAsync(MaxMessage, deadline.Token).ConfigureAwait(false);
        if (_isOver) await RefuseAsync(stream, RelayStatus.RelayReservationRefused, cancel).ConfigureAwait(false);
        else if (!Messages.TryParse(HopMessage.Parser, bytes, out var request)) await RefuseAsync(stream, RelayStatus.RelayMalformedMessage, cancel).ConfigureAwait(false);
        else if (request is { Type: HopMessage.Types.Kind.Reserve, IsRelease: true }) await ReleaseAsync(connection, stream, cancel).ConfigureAwait(false);
        else if (request.Type == HopMessage.Types.Kind.Reserve) await ReserveAsync(connection, stream, cancel).ConfigureAwait(false);
        else if (request.Type != HopMessage.Types.Kind.Connect) await RefuseAsync(stream, RelayStatus.RelayUnexpectedMessage, cancel).ConfigureAwait(false);
        else if (!PeerId.TryRead((request.Peer?.Id ?? ByteString.Empty).Span, out var called)) await RefuseAsync(stream, RelayStatus.RelayMalformedMessage, cancel).ConfigureAwait(false);
        else await PutThroughAsync(stream, called, cancel).ConfigureAwait(false);
    }

    /// <summary>How much of what it may carry is in use: 0 to 1, and above.</summary>
    public double Load
    {
        get { lock (_gate) return _core.LoadAt(_clock.Now); }
    }

    /// <summary>Nothing more is put through; circuits that stand go on.</summary>
    public void End() => _isOver = true;

    /// <summary>A connection is over.</summary>
    public void OnClosed(Connection connection)
    {
        if (_swarm.Connections.Find(connection.Peer) is not null) return;
        lock (_gate) _core.Forget(connection.Peer);
    }

    private async Task ReserveAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        // Who comes through a relay itself cannot be reached through it again.
        if (connection.Address.IsCircuit)
        {
            await RefuseAsync(stream, RelayStatus.RelayPermissionDenied, cancel).ConfigureAwait(false);
            return;
        }

        RelayAnswer given;
        Instant expires;
        lock (_gate) given = _core.Reserve(connection.Peer, _clock.Now, out expires);
        if (given != RelayAnswer.Yes)
        {
            await SayFullAsync(stream, given, cancel).ConfigureAwait(false);
            return;
        }

        var until = _time.GetUtcNow() + (expires - _clock.Now);
        var answer = new HopMessage
        {
            Type = HopMessage.Types.Kind.Status,
            Status = RelayStatus.RelayOk,
            Limit = Limit(),
            Reservation = new ReservationMessage { Expire = (ulong)until.ToUnixTimeSeconds(), Voucher = ByteString.CopyFrom(VoucherCodec.Encode(_options.Identity, connection.Peer, until)) },
        };
        foreach (var address in _swarm.Own.Direct) answer.Reservation.Addresses.Add(ByteString.CopyFrom(address.WithPeer(_options.Identity.PeerId).Bytes));
        await stream.WritePrefixedAsync(answer.ToByteArray(), cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private async Task PutThroughAsync(Libp2pStream caller, PeerId called, CancellationToken cancel)
    {
        RelayAnswer answer;
        lock (_gate) answer = _core.Open(caller.Peer, called, _clock.Now);
        if (answer != RelayAnswer.Yes)
        {
            if (answer == RelayAnswer.NoReservation) await RefuseAsync(caller, RelayStatus.RelayNoReservation, cancel).ConfigureAwait(false);
            else await SayFullAsync(caller, answer, cancel).ConfigureAwait(false);
            return;
        }

        try
        {
            if (await CallAsync(caller.Peer, called, cancel).ConfigureAwait(false) is not { } stream)
            {
                await RefuseAsync(caller, RelayStatus.RelayConnectionFailed, cancel).ConfigureAwait(false);
                return;
            }

            await using var _ = stream.ConfigureAwait(false);
            var yes = new HopMessage { Type = HopMessage.Types.Kind.Status, Status = RelayStatus.RelayOk, Limit = Limit() };
            await caller.WritePrefixedAsync(yes.ToByteArray(), cancel).ConfigureAwait(false);
            await new Circuit(caller, stream, _relay, _swarm.Ledger, _time) { Carried = _relay.MaxBytesPerSecond is null ? null : OnCarried }.RunAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _core.Close(caller.Peer, called);
        }
    }

    private async Task ReleaseAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        lock (_gate) _core.Forget(connection.Peer);
        await stream.WritePrefixedAsync(new HopMessage { Type = HopMessage.Types.Kind.Status, Status = RelayStatus.RelayOk }.ToByteArray(), cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private void OnCarried(int bytes)
    {
        lock (_gate) _core.Carried(bytes, _clock.Now);
    }

    /// <summary>Asks the one called whether it takes the call; null when it does not.</summary>
    private async Task<Libp2pStream?> CallAsync(PeerId caller, PeerId called, CancellationToken cancel)
    {
        if (_swarm.Connections.Find(called) is not { } connection) return null;
        Libp2pStream? stream = null;
        try
        {
            using var deadline = _swarm.WithDeadline(cancel);
            stream = await _swarm.OpenAsync(connection, [StopId], deadline.Token).ConfigureAwait(false);
            var call = new StopMessage { Type = StopMessage.Types.Kind.Connect, Peer = new RelayPeer { Id = ByteString.CopyFrom(caller.Bytes) }, Limit = Limit() };
            await stream.WritePrefixedAsync(call.ToByteArray(), deadline.Token).ConfigureAwait(false);
            var bytes = await stream.ReadPrefixedAsync(MaxMessage, deadline.Token).ConfigureAwait(false);
            if (Messages.TryParse(StopMessage.Parser, bytes, out var answer) && answer is { Type: StopMessage.Types.Kind.Status, Status: RelayStatus.RelayOk }) return stream;
        }
        catch (Exception failed) when (failed is Libp2pException or IOException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // It is gone, or does not answer: the caller hears that it cannot be reached.
        }

        stream?.Abort();
        return null;
    }

    private RelayLimit? Limit()
    {
        if (_relay.MaxCircuitTime is null && _relay.MaxCircuitBytes is null) return null;
        var limit = new RelayLimit();
        if (_relay.MaxCircuitTime is { } time) limit.Duration = (uint)time.TotalSeconds;
        if (_relay.MaxCircuitBytes is { } bytes) limit.Data = (ulong)bytes;
        return limit;
    }

    /// <summary>There is no room: others may have some.</summary>
    private async Task SayFullAsync(Libp2pStream stream, RelayAnswer why, CancellationToken cancel)
    {
        var status = why == RelayAnswer.NoPlace ? RelayStatus.RelayReservationRefused : RelayStatus.RelayResourceLimitExceeded;
        await stream.WritePrefixedAsync(RelayCodec.Refusal(status, _relay.Others(stream.Peer)).ToByteArray(), cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(Libp2pStream stream, RelayStatus status, CancellationToken cancel)
    {
        await stream.WritePrefixedAsync(new HopMessage { Type = HopMessage.Types.Kind.Status, Status = status }.ToByteArray(), cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }
}
