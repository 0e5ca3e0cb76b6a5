using FsCheck;
using FsCheck.Fluent;

using Skerry.Gossip.Core;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Which rumours go into a packet (wire reference, section 9).</summary>
public sealed class BroadcastQueueTests
{
    private const int MaxParts = 127;

    [Fact]
    public void Among_those_sent_equally_often_the_longest_that_fits_goes_first()
    {
        var queue = Queue(10, 30, 20);
        Assert.Equal([30, 20, 10], Take(queue, 100));
    }

    [Fact]
    public void What_does_not_fit_gives_way_to_the_longest_that_does()
    {
        var queue = Queue(10, 50, 30, 20);
        Assert.Equal([50, 20], Take(queue, 74));
    }

    [Fact]
    public void The_overhead_of_each_part_counts()
    {
        Assert.Equal([10], Take(Queue(10, 10), 23));
        Assert.Equal([10, 10], Take(Queue(10, 10), 24));
        Assert.Empty(Take(Queue(10), 11));
        Assert.Empty(Take(Queue(10), 0));
        Assert.Empty(Take(Queue(10), -5));
    }

    [Fact]
    public void Of_equals_the_newest_goes_first()
    {
        var queue = new BroadcastQueue(1000);
        for (byte i = 0; i < 5; i++) queue.Add(new byte[] { i, 0 });
        var parts = new List<ReadOnlyMemory<byte>>();
        queue.Take(12, 2, MaxParts, 4, parts);
        Assert.Equal([4, 3, 2], parts.Select(part => (int)part.Span[0]));
    }

    [Fact]
    public void Those_sent_less_often_go_before_longer_ones_sent_more_often()
    {
        var queue = Queue(50);
        Take(queue, 52);
        queue.Add(new byte[10]);
        Assert.Equal([10, 50], Take(queue, 100));
    }

    [Fact]
    public void A_short_one_sent_often_fills_what_a_long_one_sent_less_often_leaves()
    {
        var queue = Queue(10);
        Take(queue, 100);
        queue.Add(new byte[60]);
        queue.Add(new byte[70]);
        Assert.Equal([70, 10], Take(queue, 90));
    }

    [Fact]
    public void A_rumour_goes_as_often_as_the_limit_says_and_never_twice_into_one_packet()
    {
        var queue = Queue(10);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1, queue.Count);
            Assert.Equal([10], Take(queue, 1000));
        }

        Assert.Equal(0, queue.Count);
        Assert.Empty(Take(queue, 1000));
    }

    [Fact]
    public void A_limit_that_fell_meanwhile_lets_a_rumour_go_once_more()
    {
        var queue = Queue(10);
        for (var i = 0; i < 6; i++) Take(queue, 100, transmits: 8);
        Assert.Equal([10], Take(queue, 100, transmits: 4));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void News_of_a_name_takes_the_place_of_what_was_said_before_and_starts_anew()
    {
        var queue = new BroadcastQueue(1000);
        var old = queue.Add(new byte[30], "b");
        Take(queue, 100);
        var other = queue.Add(new byte[20], "c");
        var news = queue.Add(new byte[10], "b");
        Assert.Equal((false, true, true), (old.IsQueued, other.IsQueued, news.IsQueued));
        Assert.Equal(2, queue.Count);
        Assert.Equal([20, 10], Take(queue, 100));
    }

    [Fact]
    public void Rumours_without_a_name_replace_nothing()
    {
        var queue = Queue(10, 10, 10);
        Assert.Equal(3, queue.Count);
    }

    [Fact]
    public void A_rumour_says_when_it_was_sent_often_enough()
    {
        var queue = new BroadcastQueue(1000);
        var rumour = queue.Add(new byte[10], "b");
        for (var i = 0; i < 4; i++)
        {
            Assert.True(rumour.IsQueued);
            Take(queue, 100);
        }

        Assert.False(rumour.IsQueued);
    }

    [Fact]
    public void What_fits_into_no_packet_is_not_queued_but_ends_what_was_said_before()
    {
        var queue = new BroadcastQueue(100);
        queue.Add(new byte[10], "b");
        Assert.False(queue.Add(new byte[101], "b").IsQueued);
        Assert.Equal(0, queue.Count);
        Assert.True(queue.Add(new byte[100], "b").IsQueued);
    }

    [Fact]
    public void No_more_parts_are_taken_than_a_packet_may_have()
    {
        var queue = Queue([.. Enumerable.Repeat(3, 200)]);
        Assert.Equal(127, Take(queue, 10_000).Count);
        var parts = new List<ReadOnlyMemory<byte>> { new byte[1] };
        queue.Take(10_000, 2, MaxParts, 4, parts);
        Assert.Equal(127, parts.Count);
    }

    [Fact]
    public void Pruning_drops_what_was_sent_most()
    {
        var queue = Queue(10, 11, 12);
        Take(queue, 27);
        queue.Add(new byte[5]);
        Assert.Equal(2, queue.Prune(2));
        Assert.Equal([10, 5], Take(queue, 1000));
        Assert.Equal(0, queue.Prune(2));
    }

    [Fact]
    public void It_takes_what_the_rule_says_taken_word_for_word()
    {
        var step = Gen.Choose(0, 9).SelectMany(kind => Gen.Choose(1, 60).Select(size => (kind, size)));
        Prop.ForAll(step.ListOf(120).ToArbitrary(), steps =>
        {
            var queue = new BroadcastQueue(50);
            var model = new List<(int Length, int Transmits, long Order, string? Name, byte Id)>();
            var order = 0;
            foreach (var (kind, size) in steps)
            {
                if (kind < 6)
                {
                    var name = kind < 3 ? $"n{size % 5}" : null;
                    var bytes = new byte[size];
                    bytes[0] = (byte)++order;
                    queue.Add(bytes, name);
                    model.RemoveAll(rumour => name is not null && rumour.Name == name);
                    if (size <= 50) model.Add((size, 0, order, name, bytes[0]));
                    continue;
                }

                var (room, transmits) = (size * 4, kind < 9 ? 4 : 2);
                var parts = new List<ReadOnlyMemory<byte>>();
                var used = queue.Take(room, 2, MaxParts, transmits, parts);
                var expected = TakeByTheRule(model, room, transmits);
                if (!parts.Select(part => part.Span[0]).SequenceEqual(expected) || used != parts.Sum(part => part.Length + 2)) return false;
                if (queue.Count != model.Count) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    /// <summary>The rule as one would say it: pick again and again the best that fits, among those not picked yet.</summary>
    private static List<byte> TakeByTheRule(List<(int Length, int Transmits, long Order, string? Name, byte Id)> queue, int room, int limit)
    {
        var taken = new List<byte>();
        while (true)
        {
            var fitting = queue.Where(rumour => rumour.Length + 2 <= room && !taken.Contains(rumour.Id)).ToArray();
            if (fitting.Length == 0) break;
            var best = fitting.OrderBy(rumour => rumour.Transmits).ThenByDescending(rumour => rumour.Length).ThenByDescending(rumour => rumour.Order).First();
            taken.Add(best.Id);
            room -= best.Length + 2;
        }

        for (var i = queue.Count - 1; i >= 0; i--)
        {
            if (!taken.Contains(queue[i].Id)) continue;
            queue[i] = queue[i] with { Transmits = queue[i].Transmits + 1 };
            if (queue[i].Transmits >= limit) queue.RemoveAt(i);
        }

        return taken;
    }

    private static BroadcastQueue Queue(params int[] lengths)
    {
        var queue = new BroadcastQueue(1000);
        foreach (var length in lengths) queue.Add(new byte[length]);
        return queue;
    }

    private static List<int> Take(BroadcastQueue queue, int limit, int transmits = 4)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        queue.Take(limit, 2, MaxParts, transmits, parts);
        return [.. parts.Select(part => part.Length)];
    }
}
