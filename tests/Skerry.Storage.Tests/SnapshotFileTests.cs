namespace Skerry.Storage.Tests;

public sealed class SnapshotFileTests
{
    private readonly string _directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;

    private SnapshotFile File_ => new(Path.Combine(_directory, "deep", "value"));

    [Fact]
    public void A_written_value_is_read_again_and_replaced()
    {
        Assert.Null(File_.Read(out _));
        File_.Write("one"u8);
        File_.Write("two"u8);
        Assert.Equal("two"u8.ToArray(), File_.Read(out var setAside));
        Assert.Null(setAside);
        Assert.Single(Directory.GetFiles(Path.Combine(_directory, "deep")));
    }

    [Fact]
    public void Damage_anywhere_is_noticed_and_the_file_set_aside()
    {
        File_.Write("a value to damage"u8);
        var sound = File.ReadAllBytes(File_.Path);
        for (var i = 0; i < sound.Length; i++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(File_.Path, damaged);
            Assert.Null(File_.Read(out var setAside));
            Assert.Equal(damaged, File.ReadAllBytes(setAside!));
        }

        for (var length = 0; length < sound.Length; length++)
        {
            File.WriteAllBytes(File_.Path, sound[..length]);
            Assert.Null(File_.Read(out var setAside));
            Assert.NotNull(setAside);
        }
    }

    [Fact]
    public void A_write_that_broke_off_leaves_the_old_value()
    {
        File_.Write("old"u8);
        File.WriteAllText(File_.Path + ".new", "half of the new");
        Assert.Equal("old"u8.ToArray(), File_.Read(out _));
    }

    [Fact]
    public void A_disk_that_refuses_is_told_and_the_old_value_stands()
    {
        File_.Write("old"u8);
        Directory.CreateDirectory(File_.Path + ".new");
        var refused = Assert.Throws<StorageException>(() => File_.Write("new"u8));
        Assert.Contains(File_.Path, refused.Message, StringComparison.Ordinal);
        Assert.Equal("old"u8.ToArray(), File_.Read(out _));
    }
}
