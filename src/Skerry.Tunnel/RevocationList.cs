using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

using Skerry.Libp2p;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel;

/// <summary>What an authority believes no more: the whole of it, numbered, so that an older list is known from a newer. <see cref="MeshAuthority.Revoke"/> makes the next one.</summary>
public sealed class RevocationList
{
    /// <summary>Most entries.</summary>
    public const int MaxEntries = 10_000;

    private readonly byte[] _signed;
    private readonly FrozenDictionary<string, DateTimeOffset> _nodes;
    private readonly FrozenSet<PeerId> _peers;

    internal RevocationList(ulong number, IReadOnlyList<Revocation> entries, byte[] signed)
    {
        (Number, Entries, _signed) = (number, entries, signed);
        _nodes = entries.Where(entry => entry.Node.Length > 0).GroupBy(entry => entry.Node, entry => entry.Revoked, StringComparer.Ordinal)
            .ToFrozenDictionary(node => node.Key, node => node.Max(), StringComparer.Ordinal);
        _peers = entries.Where(entry => !entry.Peer.IsEmpty).Select(entry => entry.Peer).ToFrozenSet();
    }

    /// <summary>Nothing is revoked.</summary>
    public static RevocationList Empty { get; } = new(0, [], []);

    /// <summary>Higher in each list of an authority than in the one before; 0: there is none yet.</summary>
    public ulong Number { get; }

    /// <summary>What it names, the oldest first.</summary>
    public IReadOnlyList<Revocation> Entries { get; }

    /// <summary>Reads a list, and checks who signed it.</summary>
    /// <param name="text">What <see cref="ToFile"/> gave.</param>
    /// <param name="authority">Whose it must be.</param>
    /// <param name="list">The list.</param>
    /// <param name="failure">What is wrong with it, should it be refused.</param>
    public static bool TryParse(string text, PublicKey authority, [NotNullWhen(true)] out RevocationList? list, out string failure)
    {
        list = null;
        failure = "holds no list of revocations, as 'skerry ca revoke' writes it";
        if (!Armour.TryRead(Armour.Revocations, text, Armour.MaxRevocations, out var bytes)) return false;
        failure = "is signed by another authority, or was changed";
        if (!IdentityCodec.TryReadRevocations(bytes, authority, out var number, out var entries)) return false;
        list = new RevocationList(number, entries, bytes);
        return true;
    }

    /// <summary>The list as a file; it is no secret.</summary>
    public string ToFile() => Armour.Write(Armour.Revocations, _signed);

    /// <summary>Whether a peer is revoked, whatever it is called.</summary>
    public bool Covers(PeerId peer) => _peers.Contains(peer);

    /// <summary>Whether a name is revoked for what was issued then.</summary>
    public bool Covers(string node, PeerId peer, DateTimeOffset issued) => Covers(peer) || (_nodes.TryGetValue(node, out var revoked) && issued <= revoked);
}
