using FsCheck;
using FsCheck.Fluent;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Tests.Wire;

public sealed class RoundTripTests
{
    // Enough that each of a dozen kinds comes some hundred times.
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    [Fact]
    public void Every_message_of_a_packet_comes_back_as_it_was() => Check(MessageGenerator.Packets, message =>
    {
        var encoded = GossipCodec.Encode(message);
        return GossipCodec.TryDecode(encoded, out var decoded, out _)
            && Structure.Describe(decoded) == Structure.Describe(message)
            && GossipCodec.Encode(decoded).AsSpan().SequenceEqual(encoded);
    });

    [Fact]
    public void Every_message_of_a_stream_comes_back_as_it_was() => Check(MessageGenerator.Streams, message =>
    {
        if (!StreamEncoder.TryEncode(message, Keyring.Empty, compress: false, out var encoded)) return false;
        var decoder = new StreamDecoder(Keyring.Empty);
        return decoder.Advance(encoded) == StreamStatus.Complete
            && decoder.Consumed == encoded.Length
            && Structure.Describe(decoder.Message) == Structure.Describe(message);
    });

    [Fact]
    public void Every_message_of_Serf_comes_back_as_it_was() => Check(MessageGenerator.Serf, message =>
    {
        var encoded = SerfCodec.Encode(message);
        return SerfCodec.TryDecode(encoded.Span, out var decoded, out _)
            && Structure.Describe(decoded) == Structure.Describe(message)
            && SerfCodec.Encode(decoded) == encoded;
    });

    [Fact]
    public void No_message_that_is_cut_off_is_taken_for_another() => Check(MessageGenerator.Packets, message =>
    {
        if (message is UserMessage) return true;
        var encoded = GossipCodec.Encode(message);
        for (var length = Math.Max(0, encoded.Length - 300); length < encoded.Length; length++)
        {
            if (GossipCodec.TryDecode(encoded.AsSpan(0, length), out _, out _)) return false;
        }

        return true;
    });

    private static void Check<T>(Gen<T> generator, Func<T, bool> property) =>
        Prop.ForAll(generator.ToArbitrary(), property).Check(Thorough);
}
