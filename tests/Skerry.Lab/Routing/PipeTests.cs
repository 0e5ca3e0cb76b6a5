using Skerry.Primitives;

namespace Skerry.Lab.Routing;

/// <summary>The router's rules, without packets.</summary>
public sealed class PipeTests
{
    private static readonly Instant Start = Instant.Origin + TimeSpan.FromSeconds(1);

    [Fact]
    public void Packets_take_turns_where_there_is_a_rate_and_the_rest_is_dropped()
    {
        var pipe = new Pipe(new Prng(1)) { Conditions = new Conditions { Rate = 1000, Queue = 300, Delay = TimeSpan.FromSeconds(2) } };
        var leaves = new List<double>();
        while (pipe.TryEnter(100, Start, out var at)) leaves.Add((at - Start).TotalSeconds);
        Assert.Equal([2.1, 2.2, 2.3], leaves);
        Assert.Equal(1, pipe.Overflowed);
        Assert.True(pipe.TryEnter(100, Start + TimeSpan.FromSeconds(0.1), out _));
    }

    [Fact]
    public void A_shorter_delay_lets_nobody_overtake()
    {
        var pipe = new Pipe(new Prng(1)) { Conditions = new Conditions { Delay = TimeSpan.FromSeconds(2) } };
        Assert.True(pipe.TryEnter(100, Start, out var first));
        pipe.Conditions = Conditions.Perfect;
        Assert.True(pipe.TryEnter(100, Start, out var second));
        Assert.True(second >= first);
    }

    [Fact]
    public void The_same_seed_loses_the_same_packets()
    {
        Assert.Equal(Lost(7), Lost(7));
        Assert.NotEqual(Lost(7), Lost(8));
        Assert.InRange(Lost(7).Count(lost => lost), 200, 300);

        static List<bool> Lost(ulong seed)
        {
            var pipe = new Pipe(new Prng(seed)) { Conditions = new Conditions { Loss = 0.25 } };
            return [.. Enumerable.Range(0, 1000).Select(_ => !pipe.TryEnter(100, Start, out var _))];
        }
    }
}
