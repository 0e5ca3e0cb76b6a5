using Skerry.Libp2p.Core.Noise;
using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>The Noise handshake between two sides in one process.</summary>
public sealed class NoiseTests
{
    private readonly IdentityKey _alice = IdentityKey.Generate();
    private readonly IdentityKey _bob = IdentityKey.Generate();

    [Fact]
    public void Both_sides_learn_who_the_other_is_and_share_two_keys()
    {
        var (dialler, listener) = Finish();
        Assert.Equal(_bob.PeerId, PeerId.FromPublicKey(dialler.Peer!));
        Assert.Equal(_alice.PeerId, PeerId.FromPublicKey(listener.Peer!));

        var (aliceSend, aliceReceive) = dialler.Split();
        var (bobSend, bobReceive) = listener.Split();
        Assert.Equal("to bob", Pass(aliceSend, bobReceive, "to bob"));
        Assert.Equal("to alice", Pass(bobSend, aliceReceive, "to alice"));
        Assert.Equal("again", Pass(aliceSend, bobReceive, "again"));
    }

    [Fact]
    public void A_message_changed_anywhere_ends_the_handshake()
    {
        for (var step = 1; step < 3; step++)
        {
            using var dialler = Begin(_alice, isDialler: true);
            using var listener = Begin(_bob, isDialler: false);
            var (speaker, hearer) = (dialler, listener);
            for (var i = 0; i < step; i++)
            {
                Assert.True(hearer.TryRead(speaker.Write(), out _));
                (speaker, hearer) = (hearer, speaker);
            }

            var message = speaker.Write();
            message[^1] ^= 1;
            Assert.False(hearer.TryRead(message, out var error));
            Assert.NotNull(error);
        }
    }

    [Fact]
    public void A_replayed_message_is_not_decrypted()
    {
        var (dialler, listener) = Finish();
        var (send, _) = dialler.Split();
        var (_, receive) = listener.Split();
        var message = new byte[5 + CipherState.TagLength];
        send.Encrypt("first"u8, message);
        var plain = new byte[64];
        Assert.True(receive.TryDecrypt(message, plain));
        Assert.False(receive.TryDecrypt(message, plain));
    }

    private (NoiseHandshake Dialler, NoiseHandshake Listener) Finish()
    {
        var dialler = Begin(_alice, isDialler: true);
        var listener = Begin(_bob, isDialler: false);
        Assert.True(listener.TryRead(dialler.Write(), out _));
        Assert.True(dialler.TryRead(listener.Write(), out _));
        Assert.True(listener.TryRead(dialler.Write(), out _));
        Assert.True(dialler.IsFinished && listener.IsFinished);
        return (dialler, listener);
    }

    private static NoiseHandshake Begin(IdentityKey identity, bool isDialler) => new(identity, isDialler, X25519.Generate(), X25519.Generate());

    private static string Pass(CipherState send, CipherState receive, string text)
    {
        var plain = System.Text.Encoding.ASCII.GetBytes(text);
        var message = new byte[plain.Length + CipherState.TagLength];
        send.Encrypt(plain, message);
        var back = new byte[plain.Length];
        Assert.True(receive.TryDecrypt(message, back));
        return System.Text.Encoding.ASCII.GetString(back);
    }
}
