using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;
using Skerry.Primitives;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Wire;

/// <summary>Snapshots: what goes out comes in, and damage is refused.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void A_restored_machine_goes_on_as_the_first_one_does()
    {
        var first = Filled();
        var second = first.Copy(out _);
        foreach (var machine in new[] { first, second })
        {
            machine.Apply(new RevokeBody(5), stamp: 900);
            Assert.Equal(ManifestError.LockDelayed, machine.Apply(new LockOp { Key = Bytes("locked2"), Session = "s3" }).Error);
            machine.Apply(new EndSessionsBody(true, ["s1", "s3"]), stamp: 20_600);
            Assert.Null(machine.Keys.Find(Bytes("locked1"))!.Head.Facts!.Session);
            machine.Apply(Put("k3", "new"), request: new RequestId(9, 1, 1));
            machine.Apply(new CompactBody(machine.Keys.Revision));
        }

        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal(first.Save(), second.Save());
        Assert.Equal(first.Keys.Events.End - first.Keys.Events.First, second.Keys.Events.End - second.Keys.Events.First);
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        Filled().Copy(out var bytes);
        var random = new Prng(1);
        for (var i = 0; i < 500; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidDataException>(() => SnapshotReader.Read(new MemoryStream(damaged)));
        }

        for (var cut = 0; cut < bytes.Length; cut += 7) Assert.Throws<InvalidDataException>(() => SnapshotReader.Read(new MemoryStream(bytes, 0, cut)));
    }

    private static ManifestMachine Filled()
    {
        var machine = new ManifestMachine();
        machine.Apply(new GrantBody(5, 60), stamp: 500);
        machine.Apply(new AlarmBody(true, new ManifestAlarm(1, AlarmKind.Corrupt)));
        foreach (var id in new[] { "s1", "s2", "s3" }) machine.Apply(new SessionBody(new ManifestSession { Id = id, Ttl = 10, Checks = ["c"], ServiceChecks = ["d"] }), stamp: 600);
        machine.Apply(new LockOp { Key = Bytes("locked1"), Session = "s1", Flags = 9 });
        machine.Apply(new LockOp { Key = Bytes("locked2"), Session = "s2" });
        machine.Apply(new EndSessionsBody(false, ["s2"]));
        for (var i = 0; i < 50; i++) machine.Apply(Put($"k{i % 20}", $"{i}", lease: i % 3 == 0 ? 5 : 0), request: new RequestId(8, (ulong)i + 1, (ulong)i / 2));
        machine.Apply(Delete("k1"));
        machine.Apply(new CompactBody(30));
        machine.Apply(Delete("k2"));
        return machine;
    }
}
