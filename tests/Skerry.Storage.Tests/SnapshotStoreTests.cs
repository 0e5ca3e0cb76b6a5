namespace Skerry.Storage.Tests;

public sealed class SnapshotStoreTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private readonly DiskDirectory _directory;
    private readonly SnapshotStore _store;

    public SnapshotStoreTests()
    {
        _directory = DiskDirectory.Open(_path);
        _store = new SnapshotStore(_directory, "site/n1");
    }

    public void Dispose()
    {
        _directory.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65536)]
    [InlineData(3_000_001)]
    public void A_completed_snapshot_is_listed_and_read_back(int size)
    {
        var bytes = Bytes(size);
        Write(new Snapshot(7, 2), bytes);
        Assert.Equal([new Snapshot(7, 2)], _store.List());
        Assert.Equal(bytes, Read(new Snapshot(7, 2)));
    }

    [Fact]
    public void One_that_was_not_completed_is_not_there()
    {
        using (var writer = _store.Create(new Snapshot(7, 2)))
        {
            writer.Write(Bytes(200_000));
            Assert.Equal(200_000, writer.Length);
            Assert.Empty(_store.List());
        }

        Assert.Empty(Directory.GetFiles(_path, "snapshot-*"));
    }

    [Fact]
    public void Older_ones_and_those_that_broke_off_are_deleted()
    {
        foreach (var snapshot in (Snapshot[])[new(30, 2), new(9, 1), new(100, 2)]) Write(snapshot, Bytes(10));
        File.WriteAllText(Path.Combine(_path, "snapshot-00000000000000000200-00000000000000000002.new"), "half");
        Assert.Equal([new(9, 1), new(30, 2), new(100, 2)], _store.List());
        _store.DeleteBefore(new Snapshot(30, 2), unfinished: true);
        Assert.Equal([new(30, 2), new(100, 2)], _store.List());
        Assert.Equal(2, Directory.GetFiles(_path, "snapshot-*").Length);
    }

    [Fact]
    public void Damage_anywhere_is_met_before_a_wrong_byte_is_given()
    {
        var snapshot = new Snapshot(7, 2);
        var bytes = Bytes(70_000);
        Write(snapshot, bytes);
        var file = Assert.Single(Directory.GetFiles(_path, "snapshot-*"));
        var sound = File.ReadAllBytes(file);
        for (var i = 0; i < sound.Length; i += i < 100 ? 1 : 997)
        {
            var damaged = (byte[])sound.Clone();
            damaged[i] ^= 4;
            File.WriteAllBytes(file, damaged);
            Assert.Throws<StorageException>(() => Read(snapshot));
        }

        for (var length = 0; length < sound.Length; length += length < 100 ? 1 : 997)
        {
            File.WriteAllBytes(file, sound[..length]);
            Assert.Throws<StorageException>(() => Read(snapshot));
        }

        Assert.EndsWith(".corrupt", _store.SetAside(snapshot), StringComparison.Ordinal);
        Assert.Empty(_store.List());
    }

    [Fact]
    public void A_snapshot_of_another_node_is_refused()
    {
        Write(new Snapshot(7, 2), Bytes(3));
        var refused = Assert.Throws<StorageException>(() => new SnapshotStore(_directory, "site/n2").OpenRead(new Snapshot(7, 2)));
        Assert.Contains("site/n1", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private void Write(Snapshot snapshot, byte[] bytes)
    {
        using var writer = _store.Create(snapshot);
        writer.Write(bytes);
        writer.Complete();
    }

    private byte[] Read(Snapshot snapshot)
    {
        using var stream = _store.OpenRead(snapshot);
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
