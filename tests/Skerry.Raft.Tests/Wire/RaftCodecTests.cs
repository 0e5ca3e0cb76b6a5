using FsCheck;
using FsCheck.Fluent;

using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Raft.Wire;

namespace Skerry.Raft.Tests;

public sealed class RaftCodecTests
{
    private static readonly RaftConfiguration Members = new(
    [
        new RaftMember(3, "käse", MemberRole.Voter), new RaftMember(9, "", MemberRole.Observer), new RaftMember(ulong.MaxValue, "x", MemberRole.Joining),
        new RaftMember(11, "y", MemberRole.Leaving), new RaftMember(12, "z", MemberRole.Demoting),
    ]);

    private static readonly RaftMessage[] Examples =
    [
        new PreVote(1, 2, 3, 4, 3),
        new PreVoteResponse(1, 2, 3, 4, true),
        new Vote(1, 2, 3, 4, 3, true),
        new VoteResponse(1, 2, 3, true),
        new VoteResponse(1, 2, 3, false),
        new Append(1, 2, 9, 4, 5, [RaftEntry.Empty(5, 5), RaftEntry.Command(6, 7, "hi"u8.ToArray()), RaftEntry.Command(7, 7, default), RaftEntry.Change(8, 9, Members)], 3, 12),
        new Append(1, 2, 9, 4, 5, [], 3, 12),
        new AppendResponse(1, 2, 3, false, 10, 8, 2, 5),
        new AppendResponse(1, 2, 3, true, 10, 0, 0, 5),
        new Heartbeat(1, 2, 3, 4, 5),
        new HeartbeatResponse(1, 2, 3, 0),
        new TimeoutNow(1, 2, 3),
        new SnapshotChunk(1, 2, 9, new SnapshotMeta(100, 8, Members), 500, new byte[] { 1, 2, 3 }, true),
        new SnapshotResponse(1, 2, 3, 100, 500, 503, false),
        new ReadRequest(1, 2, 3, ulong.MaxValue, ReadMode.Lease),
        new ReadResponse(1, 2, 3, ulong.MaxValue, 100),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Examples.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Every_message_comes_back_as_it_was(int number)
    {
        var bytes = RaftCodec.Encode(Examples[number]);
        Assert.Equal(Google.Protobuf.MessageExtensions.ToByteArray(RaftCodec.ToEnvelope(Examples[number])), bytes);
        Assert.True(RaftCodec.TryDecode(bytes, out var message, out var error));
        Assert.Equal(DecodeError.None, error);
        Assert.Equal(Examples[number].GetType(), message.GetType());
        Assert.Equal(bytes, RaftCodec.Encode(message));
        if (message is not Append and not SnapshotChunk) Assert.Equal(Examples[number], message);
    }

    [Fact]
    public void An_append_comes_back_with_all_that_is_in_it()
    {
        var sent = Examples.OfType<Append>().First();
        Assert.True(RaftCodec.TryDecode(RaftCodec.Encode(sent), out var message, out _));
        var heard = Assert.IsType<Append>(message);
        Assert.Equal(sent with { Entries = heard.Entries }, heard);
        Assert.Equal(sent.Entries.Select(entry => entry.ToString()), heard.Entries.Select(entry => entry.ToString()));
        Assert.Equal("hi"u8.ToArray(), heard.Entries[1].Data.ToArray());
        Assert.Equal(Members.Members, heard.Entries[3].Configuration!.Members);
    }

    [Fact]
    public void A_snapshots_part_comes_back_with_all_that_is_in_it()
    {
        var sent = Examples.OfType<SnapshotChunk>().Single();
        Assert.True(RaftCodec.TryDecode(RaftCodec.Encode(sent), out var message, out _));
        var heard = Assert.IsType<SnapshotChunk>(message);
        Assert.Equal((sent.Meta.Index, sent.Meta.Term, sent.Offset, sent.IsLast), (heard.Meta.Index, heard.Meta.Term, heard.Offset, heard.IsLast));
        Assert.Equal(sent.Data.ToArray(), heard.Data.ToArray());
        Assert.Equal(Members.Members, heard.Meta.Configuration.Members);
    }

    [Fact]
    public void What_no_sender_says_is_refused()
    {
        Refused(new RaftEnvelope { From = 1 }, DecodeError.UnknownBody);
        Refused(AppendOf(term: 5, previousTerm: 6), DecodeError.Inconsistent);
        Refused(AppendOf(term: 5, previousTerm: 4, 3), DecodeError.Inconsistent);
        Refused(AppendOf(term: 5, previousTerm: 2, 3, 2), DecodeError.Inconsistent);
        Refused(AppendOf(term: 5, previousTerm: 2, 6), DecodeError.Inconsistent);
        var far = AppendOf(term: 5, previousTerm: 2);
        far.Append.PreviousIndex = ulong.MaxValue;
        Refused(far, DecodeError.Inconsistent);
        var kind = AppendOf(term: 5, previousTerm: 2, 3);
        kind.Append.Entries[0].Kind = 77;
        Refused(kind, DecodeError.Inconsistent);
        Refused(new RaftEnvelope { ReadRequest = new ReadRequestBody { Mode = 2 } }, DecodeError.Inconsistent);
        Refused(new RaftEnvelope { SnapshotChunk = new SnapshotChunkBody() }, DecodeError.Inconsistent);
        Refused(new RaftEnvelope { SnapshotResponse = new SnapshotResponseBody { Offset = ulong.MaxValue } }, DecodeError.Inconsistent);
        Refused(MembersOf((5, 0), (5, 0)), DecodeError.Inconsistent);
        Refused(MembersOf((5, 0), (4, 0)), DecodeError.Inconsistent);
        Refused(MembersOf((0, 0)), DecodeError.Inconsistent);
        Refused(MembersOf((5, 9)), DecodeError.Inconsistent);
        Refused(MembersOf([.. Enumerable.Range(1, WireLimits.MaxMembers + 1).Select(id => ((ulong)id, 0u))]), DecodeError.LimitExceeded);
        var name = MembersOf((5, 0));
        name.Append.Entries[0].Configuration.Members[0].Name = new string('x', WireLimits.MaxName + 1);
        Refused(name, DecodeError.LimitExceeded);
        var many = AppendOf(term: 5, previousTerm: 2);
        for (var i = 0; i <= WireLimits.MaxEntries; i++) many.Append.Entries.Add(new EntryBody { Term = 3 });
        Refused(many, DecodeError.LimitExceeded);
        Assert.False(RaftCodec.TryDecode(new byte[WireLimits.MaxMessageBytes + 1], out _, out var error));
        Assert.Equal(DecodeError.TooLarge, error);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_nothing_is_thrown()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(bytes =>
        {
            var isRead = RaftCodec.TryDecode(bytes, out var message, out var error);
            return isRead == (message is not null) && isRead == (error == DecodeError.None);
        }));
    }

    [Fact]
    public void Messages_with_some_bytes_changed_are_refused_or_read_and_can_be_written_again()
    {
        var random = new Prng(7);
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = RaftCodec.Encode(Examples[random.Next(Examples.Length)]);
            for (var flips = 1 + random.Next(3); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Chance(0.2)) bytes = bytes[..random.Next(bytes.Length)];
            if (!RaftCodec.TryDecode(bytes, out var message, out _)) continue;
            read++;
            Assert.True(RaftCodec.TryDecode(RaftCodec.Encode(message), out _, out _));
        }

        Assert.InRange(read, 1000, 49_000);
    }

    [Fact]
    public void What_is_on_disk_comes_back_as_it_was()
    {
        Assert.True(EntryCodec.TryDecodeEntry(8, EntryCodec.Encode(RaftEntry.Change(8, 9, Members)), out var entry));
        Assert.Equal($"8@9 Configuration {Members}", entry.ToString());
        Assert.True(EntryCodec.TryDecodeState(EntryCodec.Encode(5, new HardState(3, 4)), out var id, out var state));
        Assert.Equal((5UL, new HardState(3, 4)), (id, state));
        Assert.True(EntryCodec.TryDecodeMeta(EntryCodec.Encode(new SnapshotMeta(8, 9, Members)), out var meta));
        Assert.Equal((8UL, 9UL), (meta.Index, meta.Term));
        Assert.False(EntryCodec.TryDecodeEntry(8, "damage"u8, out _));
        Assert.False(EntryCodec.TryDecodeState("damage"u8, out _, out _));
        Assert.False(EntryCodec.TryDecodeMeta("damage"u8, out _));
    }

    private static void Refused(RaftEnvelope envelope, DecodeError expected)
    {
        Assert.False(RaftCodec.TryDecode(Google.Protobuf.MessageExtensions.ToByteArray(envelope), out var message, out var error));
        Assert.Null(message);
        Assert.Equal(expected, error);
    }

    private static RaftEnvelope AppendOf(ulong term, ulong previousTerm, params ulong[] terms)
    {
        var envelope = new RaftEnvelope { From = 1, To = 2, Term = term, Append = new AppendBody { PreviousIndex = 7, PreviousTerm = previousTerm } };
        foreach (var entry in terms) envelope.Append.Entries.Add(new EntryBody { Term = entry });
        return envelope;
    }

    private static RaftEnvelope MembersOf(params (ulong Id, uint Role)[] members)
    {
        var envelope = AppendOf(term: 5, previousTerm: 2, 3);
        envelope.Append.Entries[0].Kind = (uint)EntryKind.Configuration;
        envelope.Append.Entries[0].Configuration = new ConfigurationBody();
        foreach (var (id, role) in members) envelope.Append.Entries[0].Configuration.Members.Add(new MemberBody { Id = id, Role = role });
        return envelope;
    }
}
