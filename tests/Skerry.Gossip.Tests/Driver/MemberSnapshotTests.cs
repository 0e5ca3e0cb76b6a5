using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Driver;

namespace Skerry.Gossip.Tests.Driver;

public sealed class MemberSnapshotTests : IDisposable
{
    private static readonly IPEndPoint Address = IPEndPoint.Parse("10.0.0.1:7946");

    private readonly string _directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private readonly CollectedLog _log = new();

    private string Path => System.IO.Path.Combine(_directory, "members");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_known_is_known_again()
    {
        using (var snapshot = Open())
        {
            snapshot.MemberAlive("a", Address);
            snapshot.MemberAlive("with a space", IPEndPoint.Parse("[fd00::1]:7946"));
            snapshot.MemberAlive("gone", Address);
            snapshot.MemberGone("gone");
            snapshot.ClocksMoved((8, 4, 2));
        }

        using var again = Open();
        Assert.Equal(["a", "with a space"], again.Alive.Select(member => member.Key));
        Assert.Equal(IPEndPoint.Parse("[fd00::1]:7946"), again.Alive[1].Value);
        Assert.Equal((7UL, 3UL, 1UL), again.Clocks);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_file_of_Serf_is_read()
    {
        File.WriteAllText(Path, "alive: a 10.0.0.1:7946\n# a comment\ncoordinate: {}\nclock: 5\nevent-clock: 3\nquery-clock: 2\nalive: b 10.0.0.2:7946\nnot-alive: a\n");
        using var snapshot = Open();
        Assert.Equal("b", Assert.Single(snapshot.Alive).Key);
        Assert.Equal((5UL, 3UL, 2UL), snapshot.Clocks);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void After_a_goodbye_the_members_count_only_when_asked_to(bool rejoinAfterLeave, int expected)
    {
        using (var snapshot = Open())
        {
            snapshot.MemberAlive("a", Address);
            snapshot.Leave();
            snapshot.MemberAlive("too late", Address);
        }

        using var again = Open(rejoinAfterLeave);
        Assert.Equal(expected, again.Alive.Length);
    }

    [Theory]
    [InlineData("alive: a 10.0.0.1:79")] // a line cut off where it still makes sense counts
    [InlineData("alive: a 10.0.0.1:7946\nalive: b 10.0.")]
    [InlineData("alive: a 10.0.0.1:7946\n\0\0\0\0\0\0\nclock: 1")]
    [InlineData("alive: a 10.0.0.1:7946\nclock: -1\nwhat: is this\n")]
    public void A_damaged_file_counts_as_far_as_it_can_be_read(string content)
    {
        File.WriteAllText(Path, content);
        using var snapshot = Open();
        Assert.Equal("a", Assert.Single(snapshot.Alive).Key);
        var isDamaged = content.Contains('\n', StringComparison.Ordinal);
        Assert.Equal(isDamaged, File.Exists(Path + ".corrupt-1"));
        Assert.Equal(isDamaged, _log.Lines.Any(line => line.Contains("corrupt-1", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_cannot_write_lines_of_its_own()
    {
        using (var snapshot = Open()) snapshot.MemberAlive("a 10.0.0.9:1\nalive: evil", Address);
        using var again = Open();
        Assert.Empty(again.Alive);
    }

    [Fact]
    public void A_disk_that_takes_nothing_is_told_once_and_forgiven()
    {
        // A directory in the file's place: nobody can write there, root neither.
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "in the way"));
        using var snapshot = Open();
        snapshot.MemberAlive("a", Address);
        Assert.Single(_log.Lines, line => line.Contains("cannot be written", StringComparison.Ordinal));

        Directory.Delete(Path, recursive: true);
        snapshot.MemberAlive("b", Address);
        snapshot.Dispose();
        Assert.Single(_log.Lines, line => line.Contains("is written again", StringComparison.Ordinal));
        using var again = Open();
        Assert.Equal(["a", "b"], again.Alive.Select(member => member.Key));
    }

    [Fact]
    public async Task A_long_history_is_rewritten_to_what_still_counts()
    {
        using var snapshot = Open();
        var wave = 0;
        await TestNode.UntilAsync(
            () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    snapshot.MemberAlive("flapping", new IPEndPoint(Address.Address, 1 + (++wave % 60_000)));
                    snapshot.MemberGone("flapping");
                }

                return wave > 10_000 && new FileInfo(Path).Length is > 0 and < 1_000;
            },
            "the file to be rewritten");
    }

    private MemberSnapshot Open(bool rejoinAfterLeave = false) => MemberSnapshot.Open(Path, rejoinAfterLeave, TimeProvider.System, _log);

    private sealed class CollectedLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
        }
    }
}
