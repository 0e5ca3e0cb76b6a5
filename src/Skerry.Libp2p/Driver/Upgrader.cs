using System.Security.Cryptography.X509Certificates;

using Skerry.Libp2p.Core.Yamux;
using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Driver;

/// <summary>Turns a channel between two sockets into a session between two proved peers: security, then a muxer (libp2p connections/README.md).</summary>
internal sealed class Upgrader : IDisposable
{
    public const string Yamux = "/yamux/1.0.0";

    private readonly Libp2pOptions _options;
    private readonly ResourceLedger _ledger;
    private readonly TimeProvider _time;
    private readonly YamuxTiming _timing;
    private readonly X509Certificate2 _certificate;
    private volatile IReadOnlyList<PreSharedKey> _networks;

    public Upgrader(Libp2pOptions options, ResourceLedger ledger, TimeProvider time)
    {
        (_options, _ledger, _time) = (options, ledger, time);
        _timing = new YamuxTiming { MaxIncoming = options.MaxStreamsPerConnection, MaxWindow = (uint)options.MaxStreamWindow };
        _networks = options.PreSharedKey is { } first ? [first, .. options.OtherPreSharedKeys] : [];
        _certificate = PeerCertificate.Create(options.Identity, time.GetUtcNow());
    }

    /// <summary>The keys of the private network that are valid, the one to speak under first; empty: it is none.</summary>
    public IReadOnlyList<PreSharedKey> Networks
    {
        get => _networks;
        set => _networks = value;
    }

    /// <summary>Shakes hands with who is at the other end.</summary>
    /// <param name="channel">The way there; it is closed when this fails.</param>
    /// <param name="terms">Who is to be there, and which side this is.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">The other side is somebody else, or breaks a protocol.</exception>
    public async Task<Connection> UpgradeAsync(Stream channel, UpgradeTerms terms, CancellationToken cancel)
    {
        var (address, local) = (terms.Address, terms.Local ?? (channel as SocketStream)?.Local);
        PeerAccount? account = null;
        PrivateNetworkStream? network = null;
        try
        {
            // A way through a relay of the network is inside it already.
            if (_networks is [var first, ..] known && !address.IsCircuit)
                channel = network = await PrivateNetworkStream.BeginAsync(channel, terms.Network ?? first, known, isFollower: !terms.IsClient && terms.Silence is null, _ledger, cancel)
                    .ConfigureAwait(false);
            var (security, isClient) = await AgreeAsync(channel, terms, cancel).ConfigureAwait(false);
            (channel, var muxed, var key, account) = await SecureAsync(channel, security, isClient, cancel).ConfigureAwait(false);
            if (terms.Expected is { } id && id != account.Peer) throw new Libp2pException($"At {address} is {account.Peer}, not {id}.");
            if (isClient) await Negotiation.ProposeAsync(channel, [Yamux], cancel).ConfigureAwait(false);
            else await Negotiation.AnswerAsync(channel, word => word == Yamux, cancel).ConfigureAwait(false);
            return new Connection(new YamuxSession(muxed, account, isClient, _timing, _time), key, address, isClient, security) { IsFromListener = terms.IsFromListener, Local = local };
        }
        catch (Exception failed)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            account?.Leave();
            if (network is { IsRecognised: false } && terms.IsClient && failed is Libp2pException or IOException)
                throw new OtherNetworkException($"At {address} is nobody of this private network: {failed.Message}", failed);
            if (failed is IOException) throw new Libp2pException($"The connection to {address} broke during the handshake: {failed.Message}", failed);
            throw;
        }
    }

    public void Dispose() => _certificate.Dispose();

    private async Task<(string Security, bool IsClient)> AgreeAsync(Stream channel, UpgradeTerms terms, CancellationToken cancel)
    {
        if (terms.IsClient) return (await Negotiation.ProposeAsync(channel, _options.Security, cancel).ConfigureAwait(false), true);
        if (terms.Silence is { } silence) return await Negotiation.AnswerOrProposeAsync(channel, _options.Security, silence, _time, cancel).ConfigureAwait(false);
        return (await Negotiation.AnswerAsync(channel, _options.Security.Contains, cancel).ConfigureAwait(false), false);
    }

    /// <summary>Has the other side prove who it is; from there on it has an account.</summary>
    private async Task<(Stream Channel, IMuxedChannel Muxed, PublicKey Key, PeerAccount Account)> SecureAsync(Stream channel, string security, bool isDialler, CancellationToken cancel)
    {
        if (security == NoiseSecurity.Protocol)
        {
            var (send, receive, prover) = await NoiseSecurity.SecureAsync(channel, _options.Identity, isDialler, cancel).ConfigureAwait(false);
            var account = _ledger.Enter(PeerId.FromPublicKey(prover));
            var noise = new NoiseStream(channel, send, receive, account);
            return (noise, noise, prover, account);
        }

        var (tls, key) = await TlsSecurity.SecureAsync(channel, _certificate, isDialler, cancel).ConfigureAwait(false);
        var owner = _ledger.Enter(PeerId.FromPublicKey(key));
        return (tls, new StreamChannel(tls, owner), key, owner);
    }
}
