using System.Text;

namespace Skerry.Storage.Tests;

/// <summary>The log on a real disk. What a disk can do to it at a crash is the simulator's (<c>tests/Skerry.Simulation/Disk</c>).</summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private const string Identity = "site/n1";
    private const int Sector = 512;

    private static readonly WriteAheadLogOptions Small = new() { SegmentSize = 4096 };

    private readonly string _path = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private readonly DiskDirectory _directory;

    public WriteAheadLogTests() => _directory = DiskDirectory.Open(_path);

    private string[] Segments => [.. Directory.GetFiles(_path, "log-*").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _directory.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    [Fact]
    public void What_was_flushed_is_there_after_a_restart()
    {
        using (var log = Open())
        {
            Assert.Equal((1ul, 0ul), (log.FirstIndex, log.LastIndex));
            Fill(log, 1, 100);
            log.SetState("term 3"u8);
            log.Flush();
        }

        using var again = Open();
        Assert.Equal((1ul, 100ul), (again.FirstIndex, again.LastIndex));
        Assert.Equal("term 3"u8.ToArray(), again.State.ToArray());
        Assert.True(Segments.Length > 3);
        Holds(again, 1, 100);
        Assert.Equal(new WriteAheadLogRecovery(100, 0, null), again.Recovery);
    }

    [Fact]
    public void An_entry_is_read_before_it_is_flushed_and_takes_the_place_of_all_behind_it()
    {
        using (var log = Open())
        {
            Fill(log, 1, 20);
            Holds(log, 1, 20);
            log.Append(11, "another"u8);
            Assert.Equal(11ul, log.LastIndex);
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(12));
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Append(13, "a gap"u8));
            log.Flush();
        }

        using var again = Open();
        Assert.Equal(11ul, again.LastIndex);
        Assert.Equal("another"u8.ToArray(), again.Read(11));
        Holds(again, 1, 10);
    }

    [Fact]
    public void Compaction_gives_whole_segments_back_and_keeps_the_state()
    {
        using (var log = Open())
        {
            log.SetState("kept"u8);
            Fill(log, 1, 200);
            log.Flush();
            var before = log.DiskSize;
            log.CompactTo(190);
            Assert.Equal((191ul, 200ul), (log.FirstIndex, log.LastIndex));
            Assert.True(log.DiskSize < before / 4);
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(190));
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Append(190, "gone"u8));
        }

        using (var log = Open())
        {
            Holds(log, 191, 200);
            Assert.Equal("kept"u8.ToArray(), log.State.ToArray());
            log.Reset(1000);
            Assert.Equal((1001ul, 1000ul), (log.FirstIndex, log.LastIndex));
            Fill(log, 1001, 1002);
            log.Flush();
        }

        using var again = Open();
        Holds(again, 1001, 1002);
        Assert.Single(Segments);
    }

    [Fact]
    public void An_entry_larger_than_a_segment_gets_one_of_its_own()
    {
        var large = new byte[3 << 20];
        new Random(1).NextBytes(large);
        using (var log = Open())
        {
            Fill(log, 1, 3);
            log.Append(4, large);
            Assert.Equal(large, log.Read(4));
            Fill(log, 5, 6);
            log.Flush();
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Append(7, new byte[WriteAheadLog.MaxEntry + 1]));
        }

        using var again = Open();
        Assert.Equal(large, again.Read(4));
        Holds(again, 5, 6);
    }

    [Fact]
    public void A_lost_sector_is_damage_when_a_later_record_knows_that_it_was_flushed_and_a_torn_tail_when_none_does()
    {
        using (var log = Open(16 << 10))
        {
            Fill(log, 1, 5);
            log.Flush();
            for (var index = 6ul; index <= 8; index++) log.Append(index, Enumerable.Repeat((byte)7, 2 * Sector).ToArray());
            log.Flush();
        }

        var sound = File.ReadAllBytes(Segments[0]);
        // Entries 6 to 8 were written in one piece: a crash may lose a middle sector of 6 and keep 8.
        var lost = sound.AsSpan().IndexOf(Enumerable.Repeat((byte)7, Sector).ToArray()) / Sector * Sector + Sector;
        var torn = (byte[])sound.Clone();
        torn.AsSpan(lost, Sector).Clear();
        File.WriteAllBytes(Segments[0], torn);
        using (var log = Open(16 << 10))
        {
            Assert.Equal(5ul, log.LastIndex);
            Assert.True(log.Recovery.CutBytes > 2 * Sector);
            Assert.Contains(Segments[0], log.Recovery.Cut, StringComparison.Ordinal);
        }

        File.WriteAllBytes(Segments[0], sound);
        using (var log = Open(16 << 10))
        {
            Fill(log, 9, 9);
            log.Flush();
        }

        var damaged = File.ReadAllBytes(Segments[0]);
        damaged.AsSpan(lost, Sector).Clear();
        File.WriteAllBytes(Segments[0], damaged);
        var refused = Assert.Throws<StorageException>(() => Open(16 << 10));
        Assert.Contains(Segments[0], refused.Message, StringComparison.Ordinal);
        Assert.Contains("offset", refused.Message, StringComparison.Ordinal);
        Assert.Contains("join again", refused.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(Segments[0]));
    }

    [Fact]
    public void A_changed_byte_anywhere_in_what_was_flushed_is_refused()
    {
        using (var log = Open())
        {
            Fill(log, 1, 12);
            log.Flush();
        }

        var file = Segments[^1];
        var sound = File.ReadAllBytes(file);
        var end = Array.FindLastIndex(sound, value => value != 0);
        for (var i = 8; i <= end; i++)
        {
            // Bytes between one record and the next, and the zeros of the file's own head, mean nothing.
            var damaged = (byte[])sound.Clone();
            damaged[i] ^= 0x21;
            File.WriteAllBytes(file, damaged);
            try
            {
                using var log = Open();
                Holds(log, 1, 12);
                Assert.Equal(0, sound[i]);
            }
            catch (StorageException)
            {
                // Refused.
            }
        }
    }

    [Fact]
    public void Zeros_that_were_written_are_no_lost_sectors()
    {
        var entry = new byte[1800];
        entry[0] = 1;
        using (var log = Open())
        {
            log.Append(1, entry);
            log.Flush();
        }

        var file = Segments[^1];
        var sound = File.ReadAllBytes(file);
        var first = Array.FindLastIndex(sound, value => value != 0);
        foreach (var at in new[] { first, first + 100, first + 1000, first + 1700 })
        {
            var damaged = (byte[])sound.Clone();
            damaged[at] ^= 0x20;
            File.WriteAllBytes(file, damaged);
            Assert.Throws<StorageException>(() => Open());
        }

        File.WriteAllBytes(file, sound);
        using var again = Open();
        Assert.Equal(entry, again.Read(1).ToArray());
    }

    [Fact]
    public void A_missing_or_shortened_segment_is_refused()
    {
        using (var log = Open())
        {
            Fill(log, 1, 100);
            log.Flush();
        }

        var segments = Segments;
        foreach (var segment in (string[])[segments[0], segments[1]])
        {
            File.Move(segment, segment + ".away");
            Assert.Contains("missing", Assert.Throws<StorageException>(() => Open()).Message, StringComparison.Ordinal);
            File.Move(segment + ".away", segment);
        }

        foreach (var segment in (string[])[segments[0], segments[^1]])
        {
            var sound = File.ReadAllBytes(segment);
            File.WriteAllBytes(segment, sound[..(sound.Length / 2)]);
            Assert.Throws<StorageException>(() => Open());
            File.WriteAllBytes(segment, sound);
        }

        using var again = Open();
        Holds(again, 1, 100);
    }

    [Fact]
    public void A_log_of_another_node_is_refused_by_name()
    {
        Open().Dispose();
        var refused = Assert.Throws<StorageException>(() => WriteAheadLog.Open(_directory, "site/n2"));
        Assert.Contains("site/n1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("site/n2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_is_open_in_one_place_at_a_time()
    {
        var refused = Assert.Throws<StorageException>(() => DiskDirectory.Open(_path));
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_agents_user_may_read_what_is_written()
    {
        Open().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Segments[0]));
    }

    private static byte[] Entry(ulong index) => Encoding.UTF8.GetBytes($"entry {index} {new string('x', (int)(index * 37 % 300))}");

    private static void Fill(WriteAheadLog log, ulong from, ulong to)
    {
        for (var index = from; index <= to; index++) log.Append(index, Entry(index));
    }

    private static void Holds(WriteAheadLog log, ulong from, ulong to)
    {
        for (var index = from; index <= to; index++) Assert.Equal(Entry(index), log.Read(index));
    }

    private WriteAheadLog Open(int? segmentSize = null) => WriteAheadLog.Open(_directory, Identity, segmentSize is { } size ? new() { SegmentSize = size } : Small);
}
