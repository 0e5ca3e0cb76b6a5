using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>
/// Hostile bytes: valid messages of every kind, damaged within or around their layers, a million in a run, from fixed seeds. Nothing may be
/// thrown, each refusal has its kind, the same bytes have the same outcome twice, and no decode allocates out of proportion.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class FuzzTests(ITestOutputHelper log)
{
    private const int Shards = 64;
    private const int PacketsPerShard = 15_000;
    private const int StreamsPerShard = 1_000;

    /// <summary>Bytes a packet's decode may allocate for each byte of its messages: a one-byte item of a list becomes a small object.</summary>
    private const int AllowedPerByte = 24;

    /// <summary>And besides: the exception inside a failed decryption.</summary>
    private const int AllowedAtLeast = 8 * 1024;

    /// <summary>A stream also takes buffers from the pool, twice as large each time what decompresses does not fit, and makes its cipher.</summary>
    private const int AllowedForStream = 1024 * 1024;

    [Fact]
    public void A_million_hostile_packets_and_streams_change_nothing_and_are_counted()
    {
        // What a process makes once (tables of fields, the text of an exception) is made before allocations are watched.
        FuzzPackets(seed: ulong.MaxValue);
        FuzzStreams(seed: ulong.MaxValue);

        var outcomes = new FuzzOutcome[2 * Shards];
        Parallel.For(0, outcomes.Length, i => outcomes[i] = i % 2 == 0 ? FuzzPackets((ulong)i) : FuzzStreams((ulong)i));
        var (packets, streams) = (new FuzzOutcome(), new FuzzOutcome());
        for (var i = 0; i < outcomes.Length; i++) (i % 2 == 0 ? packets : streams).Add(outcomes[i]);
        log.WriteLine($"packets: {packets}");
        log.WriteLine($"streams: {streams}");

        Assert.InRange(packets.Inputs + streams.Inputs, 1_000_000, long.MaxValue);
        Assert.InRange(Math.Max(packets.Excess, streams.Excess), long.MinValue, 0);

        // The corpus reaches every refusal there is, and lets enough through to reach what lies behind.
        DecodeError[] onlyInStreams = [DecodeError.NotEncrypted, DecodeError.UnexpectedEncryption];
        foreach (var error in Enum.GetValues<DecodeError>().Except([DecodeError.None]))
        {
            Assert.True((onlyInStreams.Contains(error) ? streams : packets)[error] > 0, $"{error} was never seen");
        }

        Assert.InRange(packets.Messages, 100_000, long.MaxValue);
        Assert.InRange(streams.Messages, 1_000, long.MaxValue);
    }

    private static FuzzOutcome FuzzPackets(ulong seed)
    {
        var prng = new Prng(seed);
        var outcome = new FuzzOutcome();
        using var encoder = new PacketEncoder(prng.Fork());
        using var decoder = new PacketDecoder();
        var buffer = new byte[2 * WireLimits.MaxPacket];
        var receiver = new PacketReceiver(decoder, outcome);

        // Once with a key and a compressed packet, so that the decoder has made its buffers before allocation is watched.
        receiver.Receive(Wrap(encoder, [new byte[1000]], new PacketOptions(FuzzCorpus.Keys, true, true), buffer), FuzzCorpus.Keys, watch: false);
        for (var i = 0; i < PacketsPerShard; i++)
        {
            var ring = prng.Chance(0.1) ? FuzzCorpus.Keys : Keyring.Empty;
            var packet = MakePacket(encoder, prng, ring, buffer);
            var before = outcome.Messages;
            receiver.Receive(packet, ring, watch: true);
            if (i % 16 != 0) continue;

            // Replayed: the decoder keeps nothing of what it saw.
            var first = outcome.Messages - before;
            receiver.Receive(packet, ring, watch: true);
            Assert.Equal(first, outcome.Messages - before - first);
        }

        return outcome;
    }

    private static byte[] MakePacket(PacketEncoder encoder, Prng prng, Keyring ring, byte[] buffer)
    {
        var options = new PacketOptions(ring, Compress: prng.Chance(0.15), Checksum: prng.Chance(0.3));
        var parts = new ReadOnlyMemory<byte>[prng.Chance(0.5) ? 1 : 1 + prng.Next(6)];
        var damagedInside = prng.Chance(0.7);
        for (var i = 0; i < parts.Length; i++)
        {
            var message = Pick(FuzzCorpus.Messages, prng);
            parts[i] = damagedInside && prng.Chance(0.5) ? Mutation.Apply(message, Pick(FuzzCorpus.Messages, prng), prng) : message;
        }

        var packet = Wrap(encoder, parts, options, buffer);
        if (prng.Chance(0.02)) packet = Wrap(encoder, [packet, packet], new PacketOptions(Keyring.Empty, true, false), buffer);
        return damagedInside && prng.Chance(0.8) ? packet : Mutation.Apply(packet, Pick(FuzzCorpus.Messages, prng), prng);
    }

    private static byte[] Wrap(PacketEncoder encoder, ReadOnlyMemory<byte>[] parts, PacketOptions options, byte[] buffer) =>
        encoder.TryEncode(parts, options, buffer, out var written) ? buffer[..written] : parts[0].ToArray();

    private static FuzzOutcome FuzzStreams(ulong seed)
    {
        var prng = new Prng(seed);
        var outcome = new FuzzOutcome();
        for (var i = 0; i < StreamsPerShard; i++)
        {
            var ring = prng.Chance(0.2) ? FuzzCorpus.Keys : Keyring.Empty;
            var stream = Pick(FuzzCorpus.Streams, prng);
            if (prng.Chance(0.6)) stream = Mutation.Apply(stream, Pick(FuzzCorpus.Streams, prng), prng);
            if (prng.Chance(0.2)) stream = Compress(stream);
            if (!ring.IsEmpty && prng.Chance(0.7)) stream = StreamTests.Encrypt(stream, ring, prng);
            if (prng.Chance(0.3)) stream = Mutation.Apply(stream, Pick(FuzzCorpus.Streams, prng), prng);
            if (stream.Length == 0) continue;
            ReceiveStream(stream, ring, prng, outcome);
        }

        return outcome;
    }

    private static byte[] Compress(byte[] stream)
    {
        var frame = new byte[(2 * stream.Length) + 64];
        return CompressedFrame.TryWrite(stream, frame, out var written) ? frame[..written] : stream;
    }

    private static void ReceiveStream(byte[] stream, Keyring ring, Prng prng, FuzzOutcome outcome)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoder = new StreamDecoder(ring);
        var status = StreamStatus.NeedMore;
        for (var arrived = 0; arrived < stream.Length && status == StreamStatus.NeedMore;)
        {
            arrived = Math.Min(stream.Length, arrived + 1 + prng.Next(stream.Length));
            status = decoder.Advance(stream.AsSpan(0, arrived));
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var size = stream.Length + InflatedSize(decoder.Message);
        outcome.Excess = Math.Max(outcome.Excess, allocated - AllowedForStream - (AllowedPerByte * (long)size));
        outcome.Inputs++;
        outcome.Count(decoder.Error);
        if (status == StreamStatus.Complete) outcome.Messages++;
        Assert.Equal(status == StreamStatus.Failed, decoder.Error != DecodeError.None);
        Assert.Equal(status == StreamStatus.Complete, decoder.Message is not null);
        Assert.True(status != StreamStatus.NeedMore || decoder.Needed > stream.Length, "A decoder that waits says for more than there is");
    }

    private static int InflatedSize(GossipMessage? message) => message switch
    {
        PushPull pushPull => (100 * pushPull.Nodes.Length) + pushPull.UserState.Length,
        UserMessage user => user.Payload.Length,
        _ => 0,
    };

    private static byte[] Pick(byte[][] corpus, Prng prng) => corpus[prng.Next(corpus.Length)];

    /// <summary>Decodes packets down to the last field, as a node does.</summary>
    private sealed class PacketReceiver(PacketDecoder decoder, FuzzOutcome outcome)
    {
        public void Receive(byte[] packet, Keyring ring, bool watch)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var size = packet.Length;
            if (!decoder.TryDecode(packet, ring, out var error))
            {
                Refuse(error);
            }
            else
            {
                if (decoder.LostParts > 0) Refuse(decoder.LostReason);
                for (var i = 0; i < decoder.Parts.Count; i++)
                {
                    size += decoder.Parts[i].Length;
                    Read(decoder.Parts[i].Span);
                }
            }

            outcome.Inputs++;
            if (!watch) return;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            outcome.Excess = Math.Max(outcome.Excess, allocated - AllowedAtLeast - (AllowedPerByte * (long)size));
        }

        private void Read(ReadOnlySpan<byte> part)
        {
            if (!GossipCodec.TryDecode(part, out var message, out var error)) Refuse(error);
            else if (message is UserMessage user && !SerfCodec.TryDecode(user.Payload.Span, out _, out error)) Refuse(error);
            else if (message is Alive alive && !TagsCodec.TryDecode(alive.Meta.Span, out _, out error)) Refuse(error);
            else if (message is Ack ack && !CoordinateCodec.TryDecode(ack.Payload.Span, out _, out error)) Refuse(error);
            else outcome.Messages++;
        }

        private void Refuse(DecodeError error)
        {
            if (error == DecodeError.None) throw new InvalidOperationException("Refused without a reason.");
            outcome.Count(error);
        }
    }
}
