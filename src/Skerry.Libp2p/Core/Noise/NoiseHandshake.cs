using System.Diagnostics.CodeAnalysis;

using Skerry.Libp2p.Crypto;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Core.Noise;

/// <summary>
/// The handshake <c>Noise_XX_25519_ChaChaPoly_SHA256</c> as libp2p uses it (noise/README.md): each side proves, by signing its Noise key, that it is the
/// peer it says it is.
/// <code>
/// dialler                         listener
///   e                        ->
///                            &lt;-   e, ee, s, es, payload
///   s, se, payload           ->
/// </code>
/// </summary>
internal sealed class NoiseHandshake : IDisposable
{
    /// <summary>The longest message, bytes.</summary>
    public const int MaxMessage = 65535;

    private static readonly byte[] SignedPrefix = [.. "noise-libp2p-static-key:"u8];

    private readonly IdentityKey _identity;
    private readonly bool _isDialler;
    private readonly SymmetricState _symmetric = new("Noise_XX_25519_ChaChaPoly_SHA256"u8);
    private readonly (byte[] PrivateKey, byte[] PublicKey) _static;
    private readonly (byte[] PrivateKey, byte[] PublicKey) _ephemeral;
    private byte[] _theirEphemeral = [];
    private int _step;

    /// <param name="identity">Who we are.</param>
    /// <param name="isDialler">Whether we speak first.</param>
    /// <param name="staticKey">A fresh key pair; its chance comes from the caller.</param>
    /// <param name="ephemeralKey">Another.</param>
    public NoiseHandshake(IdentityKey identity, bool isDialler, (byte[] PrivateKey, byte[] PublicKey) staticKey, (byte[] PrivateKey, byte[] PublicKey) ephemeralKey)
    {
        _identity = identity;
        _isDialler = isDialler;
        _static = staticKey;
        _ephemeral = ephemeralKey;
        _symmetric.MixHash([]); // an empty prologue
    }

    /// <summary>Whether this side is to speak next.</summary>
    public bool IsOurTurn => !IsFinished && _step % 2 == (_isDialler ? 0 : 1);

    /// <summary>Whether all three messages have been said.</summary>
    public bool IsFinished => _step == 3;

    /// <summary>Who the other side has proved to be, once it has.</summary>
    public PublicKey? Peer { get; private set; }

    /// <summary>This side's next message.</summary>
    public byte[] Write()
    {
        switch (_step++)
        {
            case 0:
                _symmetric.MixHash(_ephemeral.PublicKey);
                return [.. _ephemeral.PublicKey, .. _symmetric.EncryptAndHash([])];
            case 1:
                _symmetric.MixHash(_ephemeral.PublicKey);
                MixSecret(_ephemeral.PrivateKey, _theirEphemeral);
                var ownKey = _symmetric.EncryptAndHash(_static.PublicKey);
                MixSecret(_static.PrivateKey, _theirEphemeral);
                return [.. _ephemeral.PublicKey, .. ownKey, .. _symmetric.EncryptAndHash(Proof())];
            default:
                var lastKey = _symmetric.EncryptAndHash(_static.PublicKey);
                MixSecret(_static.PrivateKey, _theirEphemeral);
                return [.. lastKey, .. _symmetric.EncryptAndHash(Proof())];
        }
    }

    /// <summary>Takes in the other side's next message.</summary>
    /// <param name="message">As it came.</param>
    /// <param name="error">What is wrong with it: the handshake is over.</param>
    public bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(false)] out string? error)
    {
        error = _step switch
        {
            0 => ReadFirst(message),
            1 => ReadSecond(message),
            _ => ReadLast(message),
        };
        _step++;
        return error is null;
    }

    /// <summary>The channel that the handshake leads to.</summary>
    public (CipherState Send, CipherState Receive) Split()
    {
        var (dialler, listener) = _symmetric.Split();
        return _isDialler ? (dialler, listener) : (listener, dialler);
    }

    public void Dispose() => _symmetric.Dispose();

    private string? ReadFirst(ReadOnlySpan<byte> message)
    {
        if (message.Length != X25519.KeyLength) return "the first message is not one key long";
        _theirEphemeral = message.ToArray();
        _symmetric.MixHash(_theirEphemeral);
        _symmetric.DecryptAndHash([]);
        return null;
    }

    private string? ReadSecond(ReadOnlySpan<byte> message)
    {
        if (message.Length < 2 * X25519.KeyLength + CipherState.TagLength) return "the second message is too short";
        _theirEphemeral = message[..X25519.KeyLength].ToArray();
        _symmetric.MixHash(_theirEphemeral);
        return TryMixSecret(_ephemeral.PrivateKey, _theirEphemeral) ? ReadProof(message[X25519.KeyLength..]) : "the other side's key is no key";
    }

    private string? ReadLast(ReadOnlySpan<byte> message) => ReadProof(message);

    /// <summary>The other side's Noise key, and its signature by the key of the peer.</summary>
    private string? ReadProof(ReadOnlySpan<byte> message)
    {
        const int SealedKey = X25519.KeyLength + CipherState.TagLength;
        if (message.Length < SealedKey) return "the message with the proof is too short";
        if (_symmetric.DecryptAndHash(message[..SealedKey]) is not { } theirStatic) return "the other side's key cannot be decrypted";
        if (!TryMixSecret(_ephemeral.PrivateKey, theirStatic)) return "the other side's key is no key";
        if (_symmetric.DecryptAndHash(message[SealedKey..]) is not { } payload) return "the proof cannot be decrypted";
        if (!Messages.TryParse(NoisePayload.Parser, payload, out var proof)) return "the proof cannot be read";
        if (!PublicKey.TryDecode(proof.IdentityKey.Span, out var peer)) return "the proof names no key";
        if (!peer.Verify([.. SignedPrefix, .. theirStatic], proof.IdentitySig.Span)) return $"the proof is not signed by {PeerId.FromPublicKey(peer)}";
        Peer = peer;
        return null;
    }

    private byte[] Proof() => Google.Protobuf.MessageExtensions.ToByteArray(new NoisePayload
    {
        IdentityKey = Google.Protobuf.ByteString.CopyFrom(_identity.PublicKey.Encoded),
        IdentitySig = Google.Protobuf.ByteString.CopyFrom(_identity.Sign([.. SignedPrefix, .. _static.PublicKey])),
    });

    private void MixSecret(byte[] privateKey, byte[] publicKey)
    {
        // The key was good enough to read from, or the other's first word: a bad one gives a secret that nobody shares.
        if (!TryMixSecret(privateKey, publicKey)) _symmetric.MixKey(privateKey);
    }

    private bool TryMixSecret(byte[] privateKey, byte[] publicKey)
    {
        Span<byte> secret = stackalloc byte[X25519.KeyLength];
        if (!X25519.TryDerive(privateKey, publicKey, secret)) return false;
        _symmetric.MixKey(secret);
        return true;
    }
}
