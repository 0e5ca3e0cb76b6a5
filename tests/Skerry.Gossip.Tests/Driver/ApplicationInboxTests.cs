using System.Net;

using Skerry.Gossip.Driver;

namespace Skerry.Gossip.Tests.Driver;

public sealed class ApplicationInboxTests
{
    private static readonly IPEndPoint From = new(IPAddress.Loopback, 1);

    [Fact]
    public void Of_too_many_messages_the_oldest_go_and_are_counted()
    {
        using var counters = new Counters();
        var inbox = Inbox(counters);
        for (var i = 0; i < 5_000; i++) inbox.Add(new ApplicationMessage(From, BitConverter.GetBytes(i)));
        Assert.Equal(4096, inbox.Count);
        Assert.Equal(5_000 - 4096, counters["skerry.gossip.application.dropped"]);
        Assert.True(inbox.TryRead(out var oldest));
        Assert.Equal(5_000 - 4096, BitConverter.ToInt32(oldest.Payload.Span));
    }

    [Fact]
    public void Of_too_many_bytes_the_newest_go_until_the_reader_has_caught_up()
    {
        using var counters = new Counters();
        var inbox = Inbox(counters);
        var large = new byte[20 * 1024 * 1024];
        for (var i = 0; i < 5; i++) inbox.Add(new ApplicationMessage(From, large));
        Assert.Equal(3, inbox.Count);
        Assert.Equal(2, counters["skerry.gossip.application.dropped"]);
        Assert.True(inbox.TryRead(out _));
        inbox.Add(new ApplicationMessage(From, large));
        Assert.Equal(3, inbox.Count);
    }

    private static ApplicationInbox Inbox(Counters counters) => new(new GossipMetrics(counters.Meters, () => 0, () => 0));
}
