using FsCheck;
using FsCheck.Fluent;

using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;
using Skerry.Primitives;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Wire;

/// <summary>Commands: golden bytes, round trips, and anything else a log may hold.</summary>
public sealed class CommandCodecTests
{
    private static readonly object[] Bodies =
    [
        new PutOp { Key = Bytes("key"), Value = Bytes("value"), Lease = -7, WantsPrevious = true, KeepsLease = true },
        new DeleteOp { Range = Between("a", "\0"), WantsPrevious = true },
        new RangeOp
        {
            Range = KeyRange.All, Limit = 5, Revision = -1, Order = SortOrder.Descending, Target = SortTarget.Value, IsSerializable = true, KeysOnly = true, CountOnly = true,
            MinModRevision = 1, MaxModRevision = 2, MinCreateRevision = 3, MaxCreateRevision = long.MaxValue,
        },
        new TxnOp
        {
            Compares = [When("a", CompareTarget.Lease, CompareResult.NotEqual, long.MinValue), WhenValue("b", CompareResult.Less, "x")],
            Success = [Put("a", "1"), new TxnOp { Failure = [Delete("z")] }],
            Failure = [GetAll()],
        },
        new CompactBody(77),
        new GrantBody(long.MaxValue, 60),
        new RevokeBody(-1),
        new RenewBody([1, 2, 3]),
        new ExpireBody([9]),
        new PutOp { Key = Bytes("key"), Flags = ulong.MaxValue },
        new LockOp { Key = Bytes("key"), Value = Bytes("v"), Session = "s", Flags = 7 },
        new LockOp { Key = Bytes("key"), Session = "s", IsRelease = true },
        new SessionBody(new ManifestSession { Id = "s", Name = "é", Node = "n", Checks = ["a", "b"], ServiceChecks = ["c"], Ttl = 10, LockDelay = 5, Behavior = SessionBehavior.Delete }),
        new SequenceOp
        {
            Steps =
            [
                new SequenceStep { Verb = SequenceVerb.Set, Key = Bytes("key"), Value = Bytes("v"), Flags = ulong.MaxValue },
                new SequenceStep { Verb = SequenceVerb.Lock, Key = Bytes("door"), Session = "s" },
                new SequenceStep { Verb = SequenceVerb.CheckIndex, Key = Bytes("a"), Index = 3 },
                new SequenceStep { Verb = SequenceVerb.DeleteTree },
            ],
        },
        new EndSessionsBody(true, ["s", "t"]),
        new RenewSessionBody("s"),
        new AlarmBody(true, new ManifestAlarm(ulong.MaxValue, AlarmKind.Corrupt)),
    ];

    [Fact]
    public void A_put_is_written_as_documented()
    {
        var bytes = CommandCodec.Encode(new Command(0x0102, new RequestId(3, 4, 5), Put("k", "v", lease: 1)));
        Assert.Equal("01" + "0201000000000000" + "0300000000000000" + "0400000000000000" + "0500000000000000" + "02" + "00" + "02" + "016b" + "0176", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Every_command_comes_back_as_it_was()
    {
        foreach (var body in Bodies)
        {
            var bytes = CommandCodec.Encode(new Command(9, new RequestId(1, 2, 3), body));
            Assert.True(CommandCodec.TryDecode(bytes, out var command), body.GetType().Name);
            Assert.Equal((9, new RequestId(1, 2, 3)), (command.Stamp, command.Request));
            Assert.Equal(bytes, CommandCodec.Encode(command));
            for (var cut = 0; cut < bytes.Length; cut++) Assert.False(CommandCodec.TryDecode(bytes.AsSpan(0, cut), out _));
            Assert.False(CommandCodec.TryDecode([.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Any_bytes_are_applied_without_harm_and_alike_on_every_replica() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<int>(seed =>
        {
            var random = new Prng((ulong)seed);
            var (first, second) = (new ManifestMachine(), new ManifestMachine());
            for (var i = 0; i < 60; i++)
            {
                var bytes = CommandCodec.Encode(new Command(i, new RequestId((ulong)random.Next(3), (ulong)random.Next(9), (ulong)random.Next(9)), Bodies[random.Next(Bodies.Length)]));
                for (var flips = random.Next(4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                foreach (var machine in new[] { first, second })
                {
                    if (!CommandCodec.TryDecode(bytes, out var command)) continue;
                    machine.Apply(command);
                    if (machine == first) machine.Keys.Clean();
                }
            }

            Assert.Equal(first.Hash, second.Hash);
            Assert.Equal(first.Save(), second.Save());
        }));

    [Fact]
    public void The_leader_stamps_a_command_in_place()
    {
        var bytes = CommandCodec.Encode(new Command(0, default, Put("k", "v")));
        Assert.True(CommandCodec.Stamp(bytes, 1234));
        Assert.True(CommandCodec.TryDecode(bytes, out var command));
        Assert.Equal(1234, command.Stamp);
        Assert.False(CommandCodec.Stamp(new byte[5], 1));
        CommandCodec.Stamp(bytes, long.MaxValue);
        Assert.False(CommandCodec.TryDecode(bytes, out _));
    }

    [Fact]
    public void Depth_and_counts_beyond_bounds_are_refused()
    {
        TxnOp deep = new();
        for (var i = 0; i < 200; i++) deep = new TxnOp { Success = [deep] };
        Assert.False(CommandCodec.TryDecode(CommandCodec.Encode(new Command(0, default, deep)), out _));
        var bytes = CommandCodec.Encode(new Command(0, default, new RenewBody([1])));
        byte[] huge = [.. bytes[..^2], 0xff, 0xff, 0xff, 0xff, 0x0f];
        Assert.False(CommandCodec.TryDecode(huge, out _));
    }
}
