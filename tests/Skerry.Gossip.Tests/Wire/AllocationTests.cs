using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>Ceilings on what the paths of every packet allocate.</summary>
public sealed class AllocationTests
{
    private const int Rounds = 1_000;

    [Fact]
    public void A_packet_is_made_and_taken_apart_without_allocating()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        ReadOnlyMemory<byte>[] parts = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(Bytes(AliveWithTags), 10)];
        var options = new PacketOptions(Ring(Golden.Key), Compress: true, Checksum: true);
        var buffer = new byte[2048];
        Assert.Equal(0, PerRound(() =>
        {
            encoder.TryEncode(parts, options, buffer, out var written);
            decoder.TryDecode(buffer.AsMemory(0, written), options.Keyring, out _);
        }));
    }

    [Theory]
    [InlineData(Golden.Ping, 160)]
    [InlineData(Golden.Suspect, 160)]
    [InlineData(AliveWithTags, 192)]
    [InlineData(Golden.Nack, 32)]
    public void A_message_costs_itself_and_its_texts(string hex, int ceiling)
    {
        var encoded = Bytes(hex);
        GossipCodec.TryDecode(encoded, out var message, out _);
        var buffer = new byte[512];
        Assert.InRange(PerRound(() => GossipCodec.TryDecode(encoded, out _, out _)), 0, ceiling);
        Assert.Equal(0, PerRound(() => GossipCodec.TryEncode(message!, buffer, out _)));
    }

    private static long PerRound(Action action)
    {
        for (var i = 0; i < Rounds; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++) action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }
}
