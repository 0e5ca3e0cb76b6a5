using System.Security.Cryptography;

using Google.Protobuf;

using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Driver;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Tests.Identity;

/// <summary>What an authority says, as it is written, read and believed.</summary>
public sealed class CredentialTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly MeshAuthority _authority = MeshAuthority.Create();

    [Fact]
    public void A_credential_is_read_as_it_was_issued()
    {
        var issued = Issue();
        Assert.True(Credential.TryParse(issued.ToFile(), out var read, out _));
        Assert.Equal((issued.Node, issued.Group, issued.Peer, issued.NotBefore, issued.NotAfter), (read.Node, read.Group, read.Peer, read.NotBefore, read.NotAfter));
        Assert.Equal(read.Peer, read.Key.PeerId);
        Assert.Equal(_authority.PublicKey.Data, read.Authority.Data);
        Assert.Equal(issued.GossipKey.Span, read.GossipKey.Span);
        Assert.Equal(issued.Network.ToFile(), read.Network.ToFile());
    }

    [Fact]
    public void Each_credential_has_a_key_of_its_own_and_the_secrets_of_the_mesh()
    {
        var (one, two) = (Issue(), Issue());
        Assert.NotEqual(one.Peer, two.Peer);
        Assert.Equal(one.Network.ToFile(), two.Network.ToFile());
        Assert.NotEqual(one.Network.ToFile(), MeshAuthority.Create().Issue("shop-1", "shop", Now, Now, Now + Day).Network.ToFile());
    }

    [Fact]
    public void An_authority_for_a_mesh_with_a_key_shares_its_network_and_gossip()
    {
        var mesh = new MeshIdentity(RandomNumberGenerator.GetBytes(MeshIdentity.KeyLength));
        var gossip = RandomNumberGenerator.GetBytes(32);
        var credential = MeshAuthority.Create(mesh, gossip).Issue("shop-1", "shop", Now, Now, Now + Day);
        Assert.Equal(mesh.Network.ToFile(), credential.Network.ToFile());
        Assert.Equal(gossip, credential.GossipKey.Span);
    }

    [Fact]
    public void An_authority_read_again_signs_as_before()
    {
        Assert.True(MeshAuthority.TryParse(_authority.ToFile(), out var again));
        var credential = again.Issue("shop-1", "shop", Now, Now, Now + Day);
        Assert.Null(Believing().Judge(Claimed(credential), credential.Shown, credential.Peer, Now));
    }

    [Theory]
    [InlineData(-121, ClaimRefusal.NotYetValid)]
    [InlineData(-120, null)]
    [InlineData(0, null)]
    [InlineData(24 * 3600, null)]
    [InlineData((24 * 3600) + 120, null)]
    [InlineData((24 * 3600) + 121, ClaimRefusal.Expired)]
    public void A_credential_holds_for_its_time_and_two_minutes_around_it(int seconds, object? refusal)
    {
        var credential = Issue();
        Assert.Equal((ClaimRefusal?)refusal, Believing().Judge(Claimed(credential), credential.Shown, credential.Peer, Now.AddSeconds(seconds)));
    }

    [Fact]
    public void A_credential_is_for_one_name_one_group_and_one_peer()
    {
        var (mine, other) = (Issue(), Issue("shop-2"));
        Assert.Equal(ClaimRefusal.OtherName, Believing().Judge(new KnownNode("shop-2", "shop"), mine.Shown, mine.Peer, Now));
        Assert.Equal(ClaimRefusal.OtherName, Believing().Judge(new KnownNode("shop-1", "hq"), mine.Shown, mine.Peer, Now));
        Assert.Equal(ClaimRefusal.OtherPeer, Believing().Judge(Claimed(other), other.Shown, mine.Peer, Now));
        Assert.Equal(ClaimRefusal.FalseName, Believing().Judge(Claimed(mine), null, mine.Peer, Now));
        Assert.Equal(ClaimRefusal.Malformed, Believing().Judge(new KnownNode("", "shop"), mine.Shown, mine.Peer, Now));
        Assert.Equal(ClaimRefusal.Malformed, Believing().Judge(new KnownNode("shop 1\n", "shop"), mine.Shown, mine.Peer, Now));
    }

    [Fact]
    public void The_credential_of_another_authority_is_not_believed()
    {
        var stranger = MeshAuthority.Create().Issue("shop-1", "shop", Now, Now, Now + Day);
        Assert.Equal(ClaimRefusal.NotSigned, Believing().Judge(Claimed(stranger), stranger.Shown, stranger.Peer, Now));
    }

    [Fact]
    public void A_list_of_revocations_signed_by_the_same_authority_is_no_credential_and_the_reverse()
    {
        var credential = Issue();
        var list = _authority.Revoke(RevocationList.Empty, new Revocation("shop-2", default, Now));
        Assert.True(Armour.TryRead(Armour.Revocations, list.ToFile(), Armour.MaxRevocations, out var bytes));
        Assert.Equal(ClaimRefusal.NotSigned, Believing().Judge(Claimed(credential), Signed.Parser.ParseFrom(bytes), credential.Peer, Now));
        Assert.False(RevocationList.TryParse(Armour.Write(Armour.Revocations, credential.Shown.ToByteArray()), _authority.PublicKey, out _, out _));
    }

    [Fact]
    public void A_revoked_name_is_revoked_for_what_was_issued_before()
    {
        var before = Issue();
        var list = _authority.Revoke(RevocationList.Empty, new Revocation("shop-1", default, Now + TimeSpan.FromHours(1)));
        var after = _authority.Issue("shop-1", "shop", Now + TimeSpan.FromHours(2), Now, Now + Day);
        var believing = Believing() with { Revocations = list };
        Assert.Equal(ClaimRefusal.Revoked, believing.Judge(Claimed(before), before.Shown, before.Peer, Now));
        Assert.Null(believing.Judge(Claimed(after), after.Shown, after.Peer, Now));
        Assert.Null(believing.Judge(new KnownNode("shop-2", "shop"), Issue("shop-2") is var other ? other.Shown : null, other.Peer, Now));
    }

    [Fact]
    public void A_revoked_peer_is_revoked_whatever_it_is_called()
    {
        var mesh = new MeshIdentity(RandomNumberGenerator.GetBytes(MeshIdentity.KeyLength));
        var list = _authority.Revoke(RevocationList.Empty, new Revocation("", mesh.PeerIdOf("shop-1"), Now));
        TunnelIdentity believing = new() { MeshKeys = [mesh], Revocations = list };
        Assert.Equal(ClaimRefusal.Revoked, believing.Judge(new KnownNode("shop-1", "shop"), null, mesh.PeerIdOf("shop-1"), Now));
        Assert.Null(believing.Judge(new KnownNode("shop-2", "shop"), null, mesh.PeerIdOf("shop-2"), Now));
        Assert.Empty(believing.PeersOf("shop-1"));
    }

    [Fact]
    public void Each_list_of_revocations_holds_the_last_one_and_a_higher_number()
    {
        var list = _authority.Revoke(RevocationList.Empty, new Revocation("shop-1", default, Now));
        list = _authority.Revoke(list, new Revocation("", Issue().Peer, Now));
        Assert.True(RevocationList.TryParse(list.ToFile(), _authority.PublicKey, out var read, out _));
        Assert.Equal((2ul, list.Entries[0], list.Entries[1]), (read.Number, read.Entries[0], read.Entries[1]));
        Assert.False(RevocationList.TryParse(list.ToFile(), MeshAuthority.Create().PublicKey, out _, out var failure));
        Assert.Contains("another authority", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Derived_names_are_believed_by_either_of_two_mesh_keys()
    {
        var (old, next) = (new MeshIdentity(RandomNumberGenerator.GetBytes(32)), new MeshIdentity(RandomNumberGenerator.GetBytes(32)));
        TunnelIdentity both = new() { MeshKeys = [old, next] };
        Assert.Null(both.Judge(new KnownNode("a", "g"), null, old.PeerIdOf("a"), Now));
        Assert.Null(both.Judge(new KnownNode("a", "g"), null, next.PeerIdOf("a"), Now));
        Assert.Equal(ClaimRefusal.FalseName, ((TunnelIdentity)old).Judge(new KnownNode("a", "g"), null, next.PeerIdOf("a"), Now));
        Assert.Equal(old.PeerIdOf("a"), both.KeyOf("a").PeerId);
    }

    // Whoever changes a bit of a file gets nothing out of it, least of all an exception.
    [Fact]
    public void Changed_files_are_refused_and_nothing_is_thrown()
    {
        var random = new Random(7);
        var credential = Issue();
        var list = _authority.Revoke(_authority.Revoke(RevocationList.Empty, new Revocation("shop-9", default, Now)), new Revocation("", credential.Peer, Now));
        string[] files = [credential.ToFile(), list.ToFile(), _authority.ToFile()];
        foreach (var file in files)
        {
            for (var round = 0; round < 3000; round++)
            {
                var changed = Mutate(file, random);
                if (Credential.TryParse(changed, out var read, out _)) Assert.Equal((credential.Node, credential.Peer), (read.Node, read.Peer));
                if (RevocationList.TryParse(changed, _authority.PublicKey, out var revoked, out _)) Assert.Equal(list.Entries, revoked.Entries);
                _ = MeshAuthority.TryParse(changed, out _);
            }
        }
    }

    // The same below the armour, where the bytes come from a peer.
    [Fact]
    public void Changed_bytes_of_a_claim_are_never_believed_to_say_something_else()
    {
        var random = new Random(11);
        var bytes = Issue().Shown.ToByteArray();
        Assert.True(IdentityCodec.TryReadClaim(Signed.Parser.ParseFrom(bytes), _authority.PublicKey, out var claim));
        for (var round = 0; round < 5000; round++)
        {
            var changed = bytes.AsSpan(0, random.Next(bytes.Length + 1)).ToArray();
            if (round % 2 == 0) changed = [.. bytes];
            for (var i = random.Next(1, 4); i > 0 && changed.Length > 0; i--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (Messages.TryParse(Signed.Parser, changed, out var signed) && IdentityCodec.TryReadClaim(signed, _authority.PublicKey, out var read)) Assert.Equal(claim, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN SKERRY CREDENTIAL-----\n-----END SKERRY CREDENTIAL-----")]
    [InlineData("-----BEGIN SKERRY CREDENTIAL-----\nAAAA\n-----END SKERRY CREDENTIAL-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void What_is_no_credential_is_refused(string text) => Assert.False(Credential.TryParse(text, out _, out _));

    [Fact]
    public void What_is_too_long_is_refused_unread() =>
        Assert.False(Credential.TryParse(Armour.Write(Armour.Credential, new byte[Armour.MaxKeyFile + 1]), out _, out _));

    [Theory]
    [InlineData("", "shop")]
    [InlineData("shop-1", "a group")]
    public void Nothing_is_issued_for_what_is_no_name(string node, string group) =>
        Assert.ThrowsAny<ArgumentException>(() => _authority.Issue(node, group, Now, Now, Now + Day));

    private static string Mutate(string file, Random random)
    {
        var letters = file.ToCharArray();
        for (var i = random.Next(1, 4); i > 0; i--) letters[random.Next(letters.Length)] = (char)random.Next(1, 128);
        return random.Next(8) == 0 ? new string(letters)[..random.Next(letters.Length)] : new string(letters);
    }

    private static KnownNode Claimed(Credential credential) => new(credential.Node, credential.Group);

    private Credential Issue(string node = "shop-1") => _authority.Issue(node, "shop", Now, Now, Now + Day);

    private TunnelIdentity Believing() => new() { Authority = _authority.PublicKey };
}
