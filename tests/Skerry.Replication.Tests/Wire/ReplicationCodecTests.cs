using FsCheck;
using FsCheck.Fluent;

using Skerry.Primitives;
using Skerry.Replication.Core;
using Skerry.Replication.Wire;

namespace Skerry.Replication.Tests.Wire;

public sealed class ReplicationCodecTests
{
    private static IEnumerable<ReplicationMessage> Messages
    {
        get
        {
            var said = new CarriedRecord(new Record("owner", "service", "web-1", 77, new byte[] { 1, 2, 3 }), TimeSpan.Zero);
            var withdrawn = new CarriedRecord(new Record("öwner", "", "", 1, null), TimeSpan.FromMilliseconds(1234));
            yield return new Push("a", 5, [said, withdrawn]);
            yield return new Push("a", 0, []);
            yield return new PushAck("b", ulong.MaxValue);
            yield return new RootDigest("", 42);
            yield return new OwnerDigests("a", [new OwnerDigest("x", 1), new OwnerDigest("y", 2)]);
            yield return new Versions("a", ["x", "y"], [new KnownVersion("x", "k", "i", 3, 4)]);
            yield return new Want("a", [new KnownVersion("x", "k", "i", 3, 4), new KnownVersion("x", "k", "j", 3, 4)]);
            yield return new Repair("a", [withdrawn, said]);
        }
    }

    [Fact]
    public void Every_message_comes_back_as_it_was()
    {
        foreach (var message in Messages)
        {
            var bytes = ReplicationCodec.Encode(message);
            Assert.True(ReplicationCodec.TryDecode(bytes, out var read));
            Assert.Equal(bytes, ReplicationCodec.Encode(read));
            Assert.IsType(message.GetType(), read);
        }
    }

    [Fact]
    public void A_push_has_these_bytes()
    {
        var push = new Push("a", 2, [new CarriedRecord(new Record("o", "k", "i", 3, new byte[] { 9 }), TimeSpan.Zero)]);
        Assert.Equal(
            "01 01 0100 61 0200000000000000 01000000 0100 6F 0100 6B 0100 69 0300000000000000 01 01000000 09".Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexString(ReplicationCodec.Encode(push)));
    }

    [Fact]
    public void Any_record_comes_back_as_it_was()
    {
        var property = Prop.ForAll<NonNull<string>, ulong, byte[]>((name, version, payload) =>
        {
            var record = new Record(Fit(name.Get), "kind", Fit(name.Get), version % Record.MaxVersion, payload);
            var bytes = ReplicationCodec.Encode(new Repair("a", [new CarriedRecord(record, TimeSpan.Zero)]));
            if (!ReplicationCodec.TryDecode(bytes, out var message)) return false;
            var read = ((Repair)message).Records.Single().Record;
            return (read.Owner, read.Id, read.Version) == (record.Owner, record.Id, record.Version) && read.Payload!.Value.Span.SequenceEqual(payload);
        });
        Check.QuickThrowOnFailure(property);
    }

    [Fact]
    public void What_a_record_takes_is_what_was_reckoned()
    {
        foreach (var message in Messages.OfType<Repair>())
        {
            var empty = ReplicationCodec.Encode(message with { Records = [] }).Length;
            Assert.Equal(empty + message.Records.Sum(carried => ReplicationSize.Of(carried.Record)), ReplicationCodec.Encode(message).Length);
        }
    }

    [Fact]
    public void Every_prefix_and_every_suffix_too_many_is_refused()
    {
        foreach (var bytes in Messages.Select(ReplicationCodec.Encode))
        {
            for (var length = 0; length < bytes.Length; length++) Assert.False(ReplicationCodec.TryDecode(bytes.AsSpan(0, length), out _));
            Assert.False(ReplicationCodec.TryDecode([.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Names_payloads_and_versions_beyond_their_bounds_are_refused()
    {
        Refused(new Record(new string('x', Record.MaxName + 1), "k", "i", 1, null));
        Refused(new Record("o", "k", "i", 1, new byte[Record.MaxPayload + 1]));
        Refused(new Record("o", "k", "i", Record.MaxVersion, null));
        Assert.False(ReplicationCodec.TryDecode(ReplicationCodec.Encode(new OwnerDigests("a", [new OwnerDigest("x", 1), new OwnerDigest("x", 2)])), out _));

        static void Refused(Record record) =>
            Assert.False(ReplicationCodec.TryDecode(ReplicationCodec.Encode(new Push("a", 0, [new CarriedRecord(record, TimeSpan.Zero)])), out _));
    }

    [Fact]
    public void Damaged_messages_are_refused_or_harmless_a_hundred_thousand_times()
    {
        var random = new Prng(1);
        var corpus = Messages.Select(ReplicationCodec.Encode).ToArray();
        var core = new ReplicationCore("a", new Prng(2), Instant.Origin);
        core.SetPeers(["b"], Instant.Origin);
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = Damage([.. corpus[random.Next(corpus.Length)]], random);
            if (!ReplicationCodec.TryDecode(bytes, out var message)) continue;
            read++;
            core.Receive(message, Instant.Origin);
            while (core.TryTake(out var output))
            {
                if (output is SendMessage send) Assert.NotEmpty(ReplicationCodec.Encode(send.Message));
            }
        }

        Assert.InRange(read, 1000, 99_000);
    }

    private static byte[] Damage(byte[] bytes, Prng random)
    {
        for (var hits = 1 + random.Next(4); hits > 0; hits--)
        {
            switch (random.Next(4))
            {
                case 0: bytes[random.Next(bytes.Length)] = (byte)random.NextUInt64(); break;
                case 1: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes = bytes[..(1 + random.Next(bytes.Length))]; break;
                default: bytes[random.Next(bytes.Length)] = random.Chance(0.5) ? (byte)0xFF : (byte)0; break;
            }
        }

        return bytes;
    }

    private static string Fit(string text)
    {
        // Half a surrogate pair is no text, and is refused where it would come in.
        var sound = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        return sound.Length > 100 ? sound[..100] : sound;
    }
}
