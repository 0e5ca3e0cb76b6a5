using System.Security.Cryptography.X509Certificates;

using Skerry.Libp2p.Core.Yamux;
using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Driver;

/// <summary>Turns a channel between two sockets into a session between two proved peers: security, then a muxer (libp2p connections/README.md).</summary>
internal sealed class Upgrader : IDisposable
{
    public const string Yamux = "/yamux/1.0.0";

    private readonly Libp2pOptions _options;
    private readonly TimeProvider _time;
    private readonly YamuxTiming _timing;
    private readonly X509Certificate2 _certificate;

    public Upgrader(Libp2pOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _timing = new YamuxTiming { MaxIncoming = options.MaxStreamsPerConnection, MaxWindow = (uint)options.MaxStreamWindow };
        _certificate = PeerCertificate.Create(options.Identity, time.GetUtcNow());
    }

    /// <summary>The dialler's side.</summary>
    /// <param name="channel">The way there; it is closed when this fails.</param>
    /// <param name="address">Where it leads.</param>
    /// <param name="expected">Who must be there; null: whoever is.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">The other side is somebody else, or breaks a protocol.</exception>
    public Task<Connection> DialAsync(Stream channel, Multiaddr address, PeerId? expected, CancellationToken cancel) =>
        UpgradeAsync(channel, address, expected, isDialler: true, cancel);

    /// <summary>The listener's side.</summary>
    public Task<Connection> AcceptAsync(Stream channel, Multiaddr address, PeerId? expected, CancellationToken cancel) =>
        UpgradeAsync(channel, address, expected, isDialler: false, cancel);

    public void Dispose() => _certificate.Dispose();

    private async Task<Connection> UpgradeAsync(Stream channel, Multiaddr address, PeerId? expected, bool isDialler, CancellationToken cancel)
    {
        try
        {
            // A way through a relay of the network is inside it already.
            if (_options.PreSharedKey is { } key && !address.IsCircuit) channel = await PrivateNetworkStream.BeginAsync(channel, key, cancel).ConfigureAwait(false);
            var security = isDialler
                ? await Negotiation.ProposeAsync(channel, _options.Security, cancel).ConfigureAwait(false)
                : await Negotiation.AnswerAsync(channel, _options.Security.Contains, cancel).ConfigureAwait(false);
            var secured = security == NoiseSecurity.Protocol
                ? await NoiseSecurity.SecureAsync(channel, _options.Identity, isDialler, cancel).ConfigureAwait(false)
                : await TlsSecurity.SecureAsync(channel, _certificate, isDialler, cancel).ConfigureAwait(false);
            channel = secured.Channel;
            var peer = PeerId.FromPublicKey(secured.Peer);
            if (expected is { } id && id != peer) throw new Libp2pException($"At {address} is {peer}, not {id}.");
            if (isDialler) await Negotiation.ProposeAsync(channel, [Yamux], cancel).ConfigureAwait(false);
            else await Negotiation.AnswerAsync(channel, word => word == Yamux, cancel).ConfigureAwait(false);
            return new Connection(new YamuxSession(channel, peer, isDialler, _timing, _time), secured.Peer, address, isDialler, security);
        }
        catch (Exception failed)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            if (failed is IOException) throw new Libp2pException($"The connection to {address} broke during the handshake: {failed.Message}", failed);
            throw;
        }
    }
}
