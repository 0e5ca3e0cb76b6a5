using System.Collections.Immutable;

using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Configuration;

/// <summary>What a configuration says of who this node is in the mesh, and whom it believes.</summary>
/// <param name="Keys">Mesh keys that are valid, 32 bytes each.</param>
/// <param name="Credential">This node's credential; null: its identity comes from the first of the keys.</param>
/// <param name="Authority">Whose credentials are believed beside that one's; null: nobody's.</param>
/// <param name="Revocations">What is believed no more.</param>
internal sealed record MeshSecrets(ImmutableArray<ReadOnlyMemory<byte>> Keys, Credential? Credential, PublicKey? Authority, RevocationList Revocations)
{
    /// <summary>Nothing that would make this node one of a mesh.</summary>
    public static MeshSecrets None { get; } = new([], null, null, RevocationList.Empty);

    /// <summary>The private network's key, where the operator gives it; null: it comes from mesh key or credential.</summary>
    public PreSharedKey? Network { get; init; }

    /// <summary>Whether this node is none of a mesh.</summary>
    public bool IsEmpty => Keys.IsEmpty && Credential is null;

    /// <summary>The keys of gossip, the one to send with first.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> GossipKeys =>
        Distinct([.. Credential is null ? [] : (ReadOnlyMemory<byte>[])[Credential.GossipKey], .. Keys.Select(key => (ReadOnlyMemory<byte>)MeshKey.DeriveGossipKey(key.Span))]);

    /// <summary>The same for the tunnel.</summary>
    public TunnelIdentity ToIdentity() => new()
    {
        MeshKeys = [.. Keys.Select(key => new MeshIdentity(key.Span))],
        Credential = Credential,
        Network = Network,
        Authority = Authority,
        Revocations = Revocations,
    };

    /// <summary>
    /// What is to be in effect when a running node reads others: all that they believe, at once. What the node itself is stays until it is started again, since
    /// its connections hang on it; and a list of revocations gives way only to a newer one.
    /// </summary>
    public MeshSecrets Taking(MeshSecrets fresh) => new(
        Credential is null ? Distinct([Keys[0], .. fresh.Keys]) : fresh.Keys,
        Credential,
        fresh.Authority ?? fresh.Credential?.Authority,
        fresh.Revocations.Number >= Revocations.Number ? fresh.Revocations : Revocations)
    {
        Network = Network,
    };

    /// <summary>Of keys that appear more than once the first is kept.</summary>
    public static ImmutableArray<ReadOnlyMemory<byte>> Distinct(IEnumerable<ReadOnlyMemory<byte>> keys) => [.. keys.DistinctBy(key => Convert.ToBase64String(key.Span))];

    /// <summary>What differs though the configuration may say the same: the files it names have other contents.</summary>
    public static IEnumerable<string> Changes(MeshSecrets before, MeshSecrets after)
    {
        if (!Text(before.Keys).SequenceEqual(Text(after.Keys))) yield return "the mesh keys";
        if (before.Credential?.Peer != after.Credential?.Peer) yield return "the credential (after a restart)";
        if (before.Revocations.ToFile() != after.Revocations.ToFile()) yield return FormattableString.Invariant($"the revocations (list {after.Revocations.Number})");
    }

    private static IEnumerable<string> Text(ImmutableArray<ReadOnlyMemory<byte>> keys) => keys.Select(key => Convert.ToBase64String(key.Span));
}
