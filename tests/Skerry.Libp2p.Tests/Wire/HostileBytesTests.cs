using FsCheck;
using FsCheck.Fluent;

using Google.Protobuf;

using Skerry.Libp2p.Core.Kademlia;
using Skerry.Libp2p.Core.Noise;
using Skerry.Libp2p.Crypto;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests.Wire;

/// <summary>Decoders take or refuse, and throw nothing, whatever comes.</summary>
public sealed class HostileBytesTests
{
    private static readonly IdentityKey Identity = IdentityKey.FromSeed(new byte[32]);

    private static readonly PeerAddresses Somebody = new(Identity.PeerId, [Multiaddr.Parse("/ip4/10.0.0.1/tcp/1"), Multiaddr.Parse("/dns/a.example/tcp/2")]);

    private static readonly byte[][] Sound =
    [
        [.. Identity.PublicKey.Encoded],
        [.. Identity.PeerId.Bytes],
        [.. Multiaddr.Parse($"/dns4/relay.example.com/tcp/443/tls/ws/p2p/{Identity.PeerId}/p2p-circuit").Bytes],
        IdentifyCodec.Encode(Identity.PublicKey, "agent", ["/a/1", "/b/2"], [Multiaddr.Parse("/ip4/10.0.0.1/tcp/1")], Multiaddr.Parse("/ip6/fd00::2/tcp/1")),
        MultistreamCodec.Encode("/multistream/1.0.0"),
        [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0],
        DnsCodec.Encode(new DnsMessage(1, IsAnswer: true, [new DnsQuestion("a.local", DnsType.Ptr)], [DnsRecord.Ptr("a.local", 9, "b.a.local")], [DnsRecord.Txt("b.a.local", 9, ["x=y"])])),
        Convert.FromHexString("000084000001000100000000045f703270045f756470056c6f63616c00000c0001c00c000c0001000000780005026d65c00c"),
        RelayCodec.Refusal(RelayStatus.RelayResourceLimitExceeded, [Somebody, Somebody, Somebody, Somebody]).ToByteArray(),
        KadCodec.Encode(new KadMessage(KadMessageType.GetProviders, DhtKey.OfRendezvous("x").Bytes.ToArray(), [Somebody], [Somebody, Somebody])),
    ];

    [Fact]
    public void Random_bytes_are_taken_or_refused() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), DecodeAll));

    [Fact]
    public void Changed_messages_are_taken_or_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 100_000; round++) DecodeAll(Mutate([.. Sound[round % Sound.Length]], random));
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            switch (random.Next(3))
            {
                case 0: bytes[random.Next(bytes.Length)] = (byte)random.Next(256); break;
                case 1 when bytes.Length > 1: bytes = bytes[..random.Next(1, bytes.Length)]; break;
                default: bytes = [.. bytes, (byte)random.Next(256)]; break;
            }
        }

        return bytes;
    }

    private static void DecodeAll(byte[] bytes)
    {
        _ = VarInt.TryRead(bytes, out _, out _);
        _ = MultistreamCodec.TryDecode(bytes, out _);
        if (DnsCodec.TryDecode(bytes, out var dns)) Assert.All(dns.Answers.Concat(dns.Additional), record => Assert.True(record.TryGetTarget(out _) || record.Texts().Count() <= bytes.Length));
        if (KadCodec.TryDecode(bytes, out var message)) Assert.True(KadCodec.TryDecode(KadCodec.Encode(message), out _));
        if (RelayCodec.TryDecodeAnswer(bytes, out _, out var others)) Assert.True(others.Count <= RelayCodec.MaxOthers && others.All(other => other.Addresses.Count is > 0 and <= 4));
        if (DhtKey.TryRead(bytes, out var dhtKey)) Assert.Equal(bytes, dhtKey.Bytes);
        _ = PublicKey.TryDecode(bytes, out var key);
        _ = key?.Verify(bytes, bytes);
        if (PeerId.TryRead(bytes, out var id)) Assert.True(PeerId.TryParse(id.ToString(), out _));
        if (Multiaddr.TryRead(bytes, out var address)) Assert.True(Multiaddr.TryParse(address.ToString(), out _));
        _ = IdentifyCodec.TryDecode(bytes, Identity.PeerId, out _);
        if (bytes.Length >= YamuxHeader.Size) _ = YamuxHeader.TryRead(bytes, out _);
        using var noise = new NoiseHandshake(Identity, isDialler: false, X25519.Generate(), X25519.Generate());
        _ = bytes.Length % 64 == 0 && noise.TryRead(bytes, out _);
    }
}
