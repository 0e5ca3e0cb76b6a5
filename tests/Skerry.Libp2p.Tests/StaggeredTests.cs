using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p.Tests;

/// <summary>Several ways to one end.</summary>
public sealed class StaggeredTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_way_that_leads_nowhere_holds_the_next_up_only_for_the_stagger()
    {
        using var end = await FirstAsync(Short, (way, cancel) => way == 1 ? Hang(cancel) : Task.FromResult(new MemoryStream()));
        Assert.NotNull(end);
    }

    [Fact]
    public async Task A_way_that_fails_holds_the_next_up_for_nothing()
    {
        using var end = await FirstAsync(Long, (way, _) => way == 1 ? Task.FromException<MemoryStream>(new IOException("no")) : Task.FromResult(new MemoryStream()));
        Assert.NotNull(end);
    }

    [Fact]
    public async Task When_all_fail_the_last_says_why()
    {
        var failed = await Assert.ThrowsAsync<IOException>(() => FirstAsync(Long, (way, _) => Task.FromException<MemoryStream>(new IOException($"no {way}"))));
        Assert.Equal("no 2", failed.Message);
    }

    [Fact]
    public async Task The_ways_not_needed_are_given_up_and_what_they_led_to_is_closed()
    {
        var late = new MemoryStream();
        using var end = await FirstAsync(Short, async (way, cancel) =>
        {
            if (way == 2) return new MemoryStream();
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // until it is given up
            return late; // it was too late to turn back
        });
        Assert.NotSame(late, end);
        Assert.False(late.CanRead);
    }

    [Fact]
    public async Task Who_gives_up_gives_up_all()
    {
        using var cancel = new CancellationTokenSource();
        var dialling = Staggered.FirstAsync([1, 2], Short, (_, given) => Hang(given), end => end.Dispose(), TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
    }

    private static async Task<MemoryStream> Hang(CancellationToken cancel)
    {
        await Task.Delay(Timeout.Infinite, cancel); // until it is given up
        return new MemoryStream();
    }

    private static Task<MemoryStream> FirstAsync(TimeSpan stagger, Func<int, CancellationToken, Task<MemoryStream>> take) =>
        Staggered.FirstAsync([1, 2], stagger, take, end => end.Dispose(), TimeProvider.System, TestContext.Current.CancellationToken);
}
