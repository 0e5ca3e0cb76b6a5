using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>
/// Who is who in a mesh, by its key alone: a node's identity key is derived from the mesh key and the node's name (RFC 5869, HKDF with SHA-256, no salt), so
/// that every member computes any node's peer id with no directory, and nobody without the key can. Names are unique in the mesh.
/// </summary>
public sealed class MeshIdentity
{
    /// <summary>Length of a mesh key, bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>Peer ids remembered; deriving one costs some 30 µs.</summary>
    private const int MaxRemembered = 16 * 1024;

    private readonly byte[] _meshKey;
    private readonly ConcurrentDictionary<string, PeerId> _remembered = new(StringComparer.Ordinal);

    /// <summary>The identities of one mesh.</summary>
    /// <param name="meshKey">32 secret bytes.</param>
    public MeshIdentity(ReadOnlySpan<byte> meshKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(meshKey.Length, KeyLength);
        _meshKey = meshKey.ToArray();
        NetworkKey = Derive("skerry/tunnel/1");
        Network = new PreSharedKey(NetworkKey);
    }

    /// <summary>The key of the mesh's private network: who does not have it cannot say a word.</summary>
    public PreSharedKey Network { get; }

    /// <summary>Its bytes.</summary>
    internal byte[] NetworkKey { get; }

    /// <summary>A node's identity key.</summary>
    public IdentityKey KeyOf(string node) => IdentityKey.FromSeed(Derive("skerry/node/1/" + node));

    /// <summary>A node's peer id.</summary>
    public PeerId PeerIdOf(string node)
    {
        if (_remembered.TryGetValue(node, out var known)) return known;
        var peer = KeyOf(node).PeerId;
        if (_remembered.Count < MaxRemembered) _remembered.TryAdd(node, peer);
        return peer;
    }

    private byte[] Derive(string purpose)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _meshKey, key, salt: [], info: Encoding.UTF8.GetBytes(purpose));
        return key;
    }
}
